// SPDX-License-Identifier: MIT
#include "fetch/downloader.hpp"

#include "fetch/transfer.hpp"

#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <algorithm>

namespace troika::fetch {

namespace {

// Files that are brought to disk while their places among the transfers are taken by others.
constexpr std::uint32_t landing_max = 16;

http::client_options client_options_of(const get_options& options) {
    http::client_options client;
    const auto or_none = [](std::chrono::nanoseconds time) {
        return time.count() > 0 ? time : http::no_timeout;
    };
    client.timeouts.connect = or_none(options.connect_timeout);
    client.timeouts.first_byte = or_none(options.stall_timeout);
    client.timeouts.stall = or_none(options.stall_timeout);
    client.timeouts.total = or_none(options.time_max);
    client.connections_per_origin_max = options.jobs;
    client.connections_max = options.jobs;
    client.redirects_max = options.redirects_max;
    client.buffer_bytes_max = std::size_t{4} << 20;
    client.user_agent = options.user_agent;
    return client;
}

download_queue::listener listener_of(run_totals& totals, download_observer& observer,
                                     exit_status& status) {
    download_queue::listener told;
    told.accepted = [&totals, &observer](const download& wanted) {
        ++totals.queued;
        observer.queued(wanted);
    };
    told.refused = [&totals, &observer, &status](const download& wanted, const failure& error) {
        ++totals.failed;
        status.add(error.why());
        active_download never_begun(wanted);
        observer.failed(never_begun, error, false);
    };
    return told;
}

}  // namespace

downloader::downloader(const get_options& options, download_observer& observer, std::uint64_t seed,
                       std::uint32_t mode_mask)
    : options_(options),
      observer_(observer),
      random_(seed),
      mode_(0666 & ~mode_mask),
      queue_(options, listener_of(totals_, observer, status_)),
      client_(client_options_of(options)),
      places_(options.jobs, {.name = "transfers"}) {
    for (const user_header& each : options.headers) fields_.add(each.name, each.value);
    // A file is what the server has, byte for byte, or ranges and checksums would not fit.
    fields_.set("Accept-Encoding", "identity");
}

downloader::~downloader() = default;

task<void> downloader::run() {
    auto workers = [this](task_group& group) -> task<void> {
        working_ = &group;
        const std::uint32_t count = options_.jobs + std::min(options_.jobs - 1, landing_max);
        for (std::uint32_t i = 0; i < count; ++i) {
            // As many as there is work for: a list of one needs no thousand workers.
            if (i > 0 && queue_.all_read() && queue_.waiting() == 0) break;
            group.create_task(work(), {.name = "download"});
            co_await yield_now();
        }
    };
    std::optional<failure> broken;
    try {
        co_await with_task_group(workers);
    } catch (const exception_group& errors) {
        // A worker only throws what ends the whole run: a list that cannot be read.
        for (const std::exception_ptr& each : errors.errors()) {
            try {
                std::rethrow_exception(each);
            } catch (const failure& error) {
                if (!broken) broken = error;
            }
        }
    }
    working_ = nullptr;
    if (broken) throw failure(*broken);
}

task<void> downloader::work() {
    for (;;) {
        semaphore::permit place = co_await places_.acquire();
        std::optional<download> wanted = co_await queue_.next();
        if (!wanted) co_return;
        --totals_.queued;
        active_download file(std::move(*wanted));
        file.place = std::move(place);
        active_.push_back(file);
        std::exception_ptr error;
        try {
            co_await fetch(file);
        } catch (...) {
            error = std::current_exception();
        }
        intrusive_list<active_download>::remove(file);
        queue_.done(file.what);
        if (error) std::rethrow_exception(error);
    }
}

void downloader::received(active_download& file) {
    file.place.reset();
    queue_.leave_host(file.what);
}

void downloader::end_with(active_download& file, const failure& error, bool resumable) {
    file.state = file_state::failed;
    ++totals_.failed;
    status_.add(error.why());
    observer_.failed(file, error, resumable);
    if (options_.fail_fast && working_ != nullptr) working_->cancel();
}

task<void> downloader::fetch(active_download& file) {
    scheduler& home = current_task().home();
    file.began = home.now();
    transfer attempt(*this, file);
    for (;;) {
        ++file.attempts;
        file.state = file_state::connecting;
        std::optional<failure> error;
        bool stopped = false;
        try {
            if (!file.place) file.place = co_await places_.acquire();
            co_await attempt.run();
            co_return;
        } catch (const failure& known) {
            error = known;
        } catch (const cancelled&) {
            stopped = true;
        } catch (...) {
            error = attempt.failure_of(std::current_exception());
        }
        // Also when everything is cancelled: what has come is made to last first.
        cancel_scope undisturbed({.shielded = true});
        const bool resumable = co_await attempt.keep();
        undisturbed.leave();
        if (stopped) {
            ++totals_.queued;   // again: it has not ended
            if (resumable) attempt.tell_kept();
            throw cancelled{};
        }
        const auto wait = attempt.repeatable()
                              ? options_.retry.wait_before_next(*error, file.attempts,
                                                                home.now() - file.began, random_)
                              : std::nullopt;
        if (!wait) {
            end_with(file, *error, resumable);
            co_return;
        }
        observer_.retried(file, *error, *wait);
        file.state = file_state::waiting;
        file.next_attempt = home.now() + *wait;
        co_await sleep(*wait);
    }
}

}  // namespace troika::fetch
