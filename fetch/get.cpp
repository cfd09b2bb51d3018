// SPDX-License-Identifier: MIT
#include <troika/fetch/get.hpp>

#include "fetch/downloader.hpp"
#include "fetch/event_channel.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include "os/clock.hpp"
#include "os/file.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace troika::fetch {

namespace {

/// What a run and its reader share: the reader may go first.
struct shared_run {
    explicit shared_run(get_options said)
        : options(std::move(said)),
          loader(options, channel,
                 static_cast<std::uint64_t>(os::wall_time().time_since_epoch().count()),
                 os::file_mode_mask()) {}

    const get_options options;
    event_channel channel;
    downloader loader;
};

event summary_of(const downloader& loader, std::chrono::nanoseconds time) {
    const run_totals& totals = loader.totals();
    event last(event_kind::summary);
    last.bytes = totals.received;
    last.time = time;
    last.finished = totals.finished;
    last.already_there = totals.skipped;
    last.failed = totals.failed;
    last.exit_code = loader.status().code();
    return last;
}

task<void> tell_progress(shared_run& run) {
    for (;;) {
        co_await sleep(run.options.progress_interval);
        run.channel.tell_progress(run.loader.active(), current_task().home().now());
    }
}

// The run itself, which keeps what it works on.
task<void> work(std::shared_ptr<shared_run> run) {
    const time_point began = current_task().home().now();
    std::optional<failure> broken;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(tell_progress(*run), {.name = "progress"});
        try {
            co_await run->loader.run();
        } catch (const failure& error) {
            broken = error;
        }
        group.cancel();
    };
    co_await with_task_group(body);
    run->channel.end(summary_of(run->loader, current_task().home().now() - began));
    if (broken) throw failure(*broken);
}

/// Ends the run with its reader.
class running {
public:
    explicit running(const std::shared_ptr<shared_run>& run)
        : ended_(event_loop::current().roots().start(work(run), {.name = "downloads"})) {}
    running(const running&) = delete;
    running& operator=(const running&) = delete;
    ~running() {
        if (!ended_.done()) static_cast<void>(ended_.cancel());
    }
    /// Throws: what ended the run.
    [[nodiscard]] future<void>& ended() noexcept { return ended_; }

private:
    future<void> ended_;
};

// Waits for the end of a run that was cancelled: what it has must be on disk first.
task<void> stop(running& run) {
    cancel_scope undisturbed({.shielded = true});
    static_cast<void>(run.ended().cancel());
    static_cast<void>(co_await as_result(run.ended()));
    undisturbed.leave();
}

}  // namespace

async_generator<event> get(get_options options) {
    check_options(options);
    const auto shared = std::make_shared<shared_run>(std::move(options));
    running run(shared);
    std::exception_ptr interrupted;
    for (;;) {
        std::optional<event> next;
        try {
            next = co_await shared->channel.next();
            if (!next) break;
            co_yield std::move(*next);
        } catch (...) {
            interrupted = std::current_exception();
        }
        if (interrupted) break;
    }
    if (interrupted) {
        co_await stop(run);
        std::rethrow_exception(interrupted);
    }
    co_await run.ended();
}

}  // namespace troika::fetch
