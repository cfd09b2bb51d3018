// SPDX-License-Identifier: MIT
#include "fetch/downloader.hpp"

#include "fetch/printable.hpp"
#include "fetch/transfer.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/fetch/exec_hook.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <algorithm>
#include <exception>

namespace troika::fetch {

namespace {

// Files that are brought to disk while their places among the transfers are taken by others.
constexpr std::uint32_t landing_max = 16;

list_entry entry_of(const download& what) {
    list_entry entry;
    entry.url = what.url;
    entry.mirrors = what.mirrors;
    entry.out = what.out;
    entry.expected = what.expected;
    return entry;
}

download_queue::listener listener_of(run_totals& totals, download_observer& observer,
                                     exit_status& status, std::vector<list_entry>& refused,
                                     bool listed) {
    download_queue::listener told;
    told.accepted = [&totals, &observer](const download& wanted) {
        ++totals.queued;
        observer.queued(wanted);
    };
    told.refused = [&totals, &observer, &status, &refused, listed](const download& wanted,
                                                                   const failure& error) {
        ++totals.failed;
        status.add(error.why());
        if (listed && !wanted.url.empty()) refused.push_back(entry_of(wanted));
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
      session_(options),
      queue_(options, session_,
             listener_of(totals_, observer, status_, refused_, !options.failed_out.empty())),
      limiter_(options.rate_max),
      places_(options.jobs, {.name = "transfers"}) {
    for (const user_header& each : options.headers) fields_.add(each.name, each.value);
    // A file is what the server has, byte for byte, or ranges and checksums would not fit.
    if (!options.compressed) fields_.set("Accept-Encoding", "identity");
    if (!options.failed_out.empty()) failed_.emplace(options.failed_out);
}

downloader::~downloader() = default;

http::headers downloader::fields_for(const download& what, const std::string& url) const {
    const bool plain = session_.authorization().empty() && session_.cookie_header().empty();
    if (plain && !what.foreign && url == what.url) return fields_;
    http::headers fields = fields_;
    const http::url where = http::url::parse(url, http::url_mode::lenient);
    const bool ours =
        !what.foreign &&
        (url == what.url ||
         where.origin() == http::url::parse(what.url, http::url_mode::lenient).origin());
    if (!ours) {
        for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization"})
            fields.remove(name);
        return fields;
    }
    const bool named = where.userinfo().has_value() || fields.contains("Authorization");
    if (!named && !session_.authorization().empty())
        fields.set("Authorization", session_.authorization());
    if (!session_.cookie_header().empty() && !fields.contains("Cookie"))
        fields.set("Cookie", session_.cookie_header());
    return fields;
}

task<void> downloader::run() {
    co_await session_.open();
    for (const std::string& each : session_.warnings()) observer_.warned(each);
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
    std::exception_ptr broken;
    bool stopped = false;
    try {
        co_await with_task_group(workers);
    } catch (const exception_group& errors) {
        // A worker only throws what ends the whole run: a list that cannot be read.
        broken = errors.errors().front();
    } catch (const cancelled&) {
        stopped = true;
    }
    working_ = nullptr;
    // However it ended: the next run wants to know what this one has learnt.
    cancel_scope undisturbed({.shielded = true});
    try {
        co_await note_refused();
    } catch (const std::exception&) {
        if (!broken) broken = std::current_exception();
    }
    try {
        co_await session_.save();
    } catch (const std::exception&) {
        if (!broken) broken = std::current_exception();
    }
    undisturbed.leave();
    if (broken) std::rethrow_exception(broken);
    if (stopped) throw cancelled{};
}

// What the queue has refused, for --failed-out.
task<void> downloader::note_refused() {
    std::vector<list_entry> refused;
    std::swap(refused, refused_);
    if (!failed_) co_return;
    for (list_entry& each : refused) co_await failed_->add(std::move(each));
}

task<void> downloader::work() {
    for (;;) {
        semaphore::permit place = co_await places_.acquire();
        co_await observer_.room();
        std::optional<download> wanted = co_await queue_.next();
        if (!refused_.empty()) co_await note_refused();
        if (!wanted && !queue_.ended()) continue;
        if (!wanted) co_return;
        --totals_.queued;
        active_download file(std::move(*wanted), options_.file_rate_max);
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

task<void> downloader::end_with(active_download& file, const failure& error, bool resumable) {
    file.state = file_state::failed;
    ++totals_.failed;
    status_.add(error.why());
    observer_.failed(file, error, resumable);
    if (failed_) co_await failed_->add(entry_of(file.what));
    if (options_.fail_fast && working_ != nullptr) working_->cancel();
}

namespace {

/// Tells that a command runs.
class announced_command {
public:
    explicit announced_command(download_observer& to) : to_(to) { to_.command_begins(); }
    announced_command(const announced_command&) = delete;
    announced_command& operator=(const announced_command&) = delete;
    ~announced_command() { to_.command_ends(); }

private:
    download_observer& to_;
};

}  // namespace

// --exec: a command for the file that is whole. The file stays, whatever becomes of the command.
task<void> downloader::follow_up(const active_download& file) {
    if (!options_.exec || file.skipped || options_.dry_run) co_return;
    const std::string path = file.what.path;
    command_options how;
    how.output_to_error = options_.json;
    std::optional<failure> error;
    const announced_command announced(observer_);
    try {
        const subprocess::exit_status status =
            co_await run_command(options_.exec->arguments_for(path), how);
        if (!status.success())
            error = failure(cause::other,
                            "the command for " + printable(path) + ": " + to_string(status));
    } catch (const failure& wrong) {
        error = wrong;
    }
    if (!error) co_return;
    status_.add(error->why());
    observer_.warned(error->what());
}

task<void> downloader::fetch(active_download& file) {
    scheduler& home = current_task().home();
    file.began = home.now();
    const time_point deadline =
        options_.time_max.count() > 0 ? deadline_after(file.began, options_.time_max) : never;
    transfer attempt(*this, file);
    std::uint32_t rounds = 1;         // in which each mirror was asked
    std::optional<failure> passing;   // of one of them in this round, that may get better
    for (;;) {
        ++file.attempts;
        file.state = file_state::connecting;
        std::optional<failure> error;
        bool stopped = false;
        bool landed = false;
        cancel_scope in_time({.deadline = deadline});
        try {
            if (!file.place) file.place = co_await places_.acquire();
            co_await attempt.run();
            landed = true;
        } catch (const failure& known) {
            error = known;
        } catch (const cancelled&) {
            stopped = true;
        } catch (...) {
            error = attempt.failure_of(std::current_exception());
        }
        in_time.leave();
        if (landed) {
            received(file);
            co_await follow_up(file);
            co_return;
        }
        if (stopped && in_time.expired() && in_time.caught()) {
            stopped = false;
            error = timeout_failure(time_limit::total, file.what.url, options_.time_max);
        }
        // Also when everything is cancelled: what has come is made to last first.
        cancel_scope undisturbed({.shielded = true});
        const bool resumable = co_await attempt.keep();
        undisturbed.leave();
        if (stopped) {
            ++totals_.queued;   // again: it has not ended
            if (resumable) observer_.failed(file, failure(cause::other, "interrupted"), true);
            throw cancelled{};
        }
        if (error->transient()) passing = error;
        if (attempt.repeatable() && attempt.try_next_mirror(*error)) {
            observer_.retried(file, *error, std::chrono::nanoseconds(0));
            continue;
        }
        const auto wait = attempt.repeatable()
                              ? options_.retry.wait_before_next(passing.value_or(*error), rounds,
                                                                home.now() - file.began, random_)
                              : std::nullopt;
        if (!wait || *wait >= deadline - home.now()) {
            co_await end_with(file, *error, resumable);
            co_return;
        }
        observer_.retried(file, *error, *wait);
        file.state = file_state::waiting;
        file.next_attempt = home.now() + *wait;
        co_await sleep(*wait);
        ++rounds;
        passing.reset();
    }
}

}  // namespace troika::fetch
