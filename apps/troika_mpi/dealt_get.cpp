// SPDX-License-Identifier: MIT
#include "apps/troika_mpi/dealt_get.hpp"

#include "fetch/plan.hpp"
#include "fetch/printable.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/task_group.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace troika::apps {

namespace {

/// So many more parts each rank should get of what is left, as some take longer than others.
constexpr std::size_t parts_left = 2;

fetch::get_options without_host_limit(fetch::get_options options) {
    options.per_host = fetch::get_options::jobs_max * fetch::get_options::jobs_max;
    return options;
}

/// Where the file goes, below the directory.
std::string name_below(std::string_view directory, std::string_view path) {
    const std::string prefix = fetch::join_path(directory, "");
    if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
    return std::string(path);
}

wanted_file wanted(const fetch::download& what, std::string_view directory) {
    wanted_file made;
    made.url = what.url;
    made.mirrors = what.mirrors;
    made.out = name_below(directory, what.path);
    if (what.expected) made.checksum = what.expected->to_string();
    made.size = what.size;
    return made;
}

/// For --failed-out.
fetch::list_entry entry_of(const fetch::download& what) {
    fetch::list_entry entry;
    entry.url = what.url;
    entry.mirrors = what.mirrors;
    entry.out = what.out;
    entry.expected = what.expected;
    return entry;
}

}  // namespace

dealt_get::dealt_get(mpi_pool& ranks, const fetch::get_options& options,
                     fetch::download_observer& observer)
    : ranks_(ranks), options_(options), dealing_(without_host_limit(options)), observer_(observer),
      session_(options),
      queue_(dealing_, session_,
             {.accepted =
                  [this](const fetch::download& what) {
                      ++totals_.queued;
                      observer_.queued(what);
                  },
              .refused =
                  [this](const fetch::download& what, const fetch::failure& error) {
                      ++totals_.failed;
                      status_.add(error.why());
                      fetch::active_download never_begun(what);
                      observer_.failed(never_begun, error, false);
                      if (failed_ && !what.url.empty()) refused_.push_back(what);
                  }}) {
    if (!options.failed_out.empty()) failed_.emplace(options.failed_out);
}

task<void> dealt_get::run() {
    co_await session_.open();
    for (const std::string& each : session_.warnings()) observer_.warned(each);
    bool stopped = false;
    std::exception_ptr broken;
    auto dealers = [this](task_group& group) -> task<void> {
        dealing_scope_ = &group;
        for (std::size_t i = 0; i < ranks_.size(); ++i)
            group.create_task(deal(), {.name = "deal"});
        co_return;
    };
    try {
        co_await with_task_group(dealers);
    } catch (const exception_group& errors) {
        broken = errors.errors().front();
    } catch (const cancelled&) {
        stopped = true;
    }
    dealing_scope_ = nullptr;
    if (broken) std::rethrow_exception(broken);
    if (stopped) throw cancelled{};
}

std::size_t dealt_get::part_size() const noexcept {
    const std::size_t most = part_jobs * options_.jobs;
    if (!queue_.all_read()) return most;
    return std::clamp<std::size_t>(queue_.waiting() / (parts_left * ranks_.size()), 1, most);
}

task<dealt_get::part> dealt_get::next_part() {
    part made;
    if (!lost_.empty()) {
        made = std::move(lost_.front());
        lost_.pop_front();
        co_return made;
    }
    while (!queue_.ended() || made.files.empty()) {
        // The first makes it read ahead. Who writes the list may take his time with the next.
        if (!made.files.empty() &&
            (made.files.size() >= part_size() || queue_.waiting() == 0))
            break;
        std::optional<fetch::download> next = co_await queue_.next();
        const std::vector<fetch::download> refused = std::exchange(refused_, {});
        for (const fetch::download& each : refused) co_await failed_->add(entry_of(each));
        if (next)
            made.files.push_back(std::move(*next));
        else if (queue_.ended())
            break;
    }
    co_return made;
}

task<void> dealt_get::deal() {
    for (;;) {
        part now = co_await next_part();
        if (now.files.empty()) co_return;
        std::vector<wanted_file> files;
        for (const fetch::download& each : now.files)
            files.push_back(wanted(each, options_.directory));
        future<part_outcome> answer;
        bool stopped = false;
        std::exception_ptr error;
        part_outcome made;
        try {
            answer = ranks_.submit<&get_part>(std::move(files));
            made = co_await answer;
        } catch (const cancelled&) {
            stopped = true;
        } catch (...) {
            error = std::current_exception();
        }
        cancel_scope undisturbed({.shielded = true});
        if (stopped) {
            // The rank ends its downloads, and says which of them are whole.
            static_cast<void>(answer.cancel());
            try {
                made = co_await answer;
            } catch (...) {   // it had not begun, or is lost
                co_return;
            }
        }
        if (error)
            co_await fail_all(now, error);
        else
            co_await take(now, made);
        undisturbed.leave();
    }
}

task<void> dealt_get::take(part& of, const part_outcome& made) {
    totals_.received += made.received;
    for (const std::string& each : made.warnings) observer_.warned(each);
    for (const file_outcome& each : made.files) {
        if (each.index >= of.files.size()) continue;
        const fetch::download& what = of.files[each.index];
        fetch::active_download file(what);
        file.bytes = each.bytes;
        file.received = each.received;
        file.total = each.total;
        file.attempts = each.attempts;
        file.skipped = each.skipped;
        const std::chrono::nanoseconds time(each.time_ns);
        --totals_.queued;
        observer_.started(file, each.bytes - std::min(each.bytes, each.received));
        if (each.what == file_outcome::kind::failed) {
            co_await fail(what, file,
                          fetch::failure(static_cast<fetch::cause>(each.cause), each.message),
                          each.resumable);
        } else if (each.what == file_outcome::kind::would_get) {
            ++totals_.asked;
            totals_.asked_bytes += each.total.value_or(0);
            observer_.would_get(file, each.resumable);
        } else {
            ++(each.skipped ? totals_.skipped : totals_.finished);
            if (!each.skipped) totals_.landed += each.bytes;
            std::optional<fetch::checksum> sum;
            if (!each.checksum.empty()) sum = fetch::checksum::parse(each.checksum);
            observer_.finished(file, {.file = what.path, .bytes = each.bytes,
                                      .received = each.received, .time = time,
                                      .attempts = each.attempts, .skipped = each.skipped,
                                      .sum = sum ? &*sum : nullptr});
        }
        queue_.done(what);
    }
}

task<void> dealt_get::fail(const fetch::download& what, const fetch::active_download& file,
                           const fetch::failure& error, bool resumable) {
    ++totals_.failed;
    status_.add(error.why());
    observer_.failed(file, error, resumable);
    if (failed_) co_await failed_->add(entry_of(what));
    if (options_.fail_fast && dealing_scope_ != nullptr) dealing_scope_->cancel();
}

task<void> dealt_get::fail_all(part& of, const std::exception_ptr& error) {
    std::string why;
    bool lost = false;
    bool none_left = false;
    try {
        std::rethrow_exception(error);
    } catch (const worker_died& died) {
        why = died.what();
        lost = true;
    } catch (const broken_pool& broken) {
        why = broken.what();
        none_left = true;
    } catch (const std::exception& other) {
        why = fetch::printable(other.what());
    }
    if (lost && !std::exchange(of.again, true)) {
        observer_.warned(why + "; another rank goes on with its " +
                         std::to_string(of.files.size()) + " files");
        lost_.push_back(std::move(of));
        co_return;
    }
    for (const fetch::download& each : of.files) {
        --totals_.queued;
        fetch::active_download file(each);
        co_await fail(each, file, fetch::failure(fetch::cause::other, why), lost);
        queue_.done(each);
    }
    if (none_left) throw fetch::failure(fetch::cause::other, why);
}

}  // namespace troika::apps
