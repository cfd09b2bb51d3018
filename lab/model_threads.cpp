// SPDX-License-Identifier: MIT
#include "lab/run_context.hpp"

#include "os/clock.hpp"
#include "os/thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>

namespace troika::lab {

namespace {

/// Threads that take the next task as soon as they have done one.
class crew {
public:
    crew(run_context& run, bool with_gil) : run_(run) {
        const std::uint32_t count = std::max(run.how.workers, 1u);
        run.threads = count;
        if (with_gil) lock_.emplace(run.how.switch_interval);
        std::vector<std::uint32_t> names;
        for (std::uint32_t number = 1; number <= count; ++number) {
            names.push_back(run.record.text(fmt::format("thread {}", number)));
            lanes_.push_back(&run.record.lane(0, lane_kind::thread, number, names.back()));
        }
        lane_record* strip = nullptr;
        if (with_gil)
            strip = &run.record.lane(0, lane_kind::strip, 1, run.record.text("GIL"));
        for (std::uint32_t number = 1; number <= count; ++number) {
            member& made = members_.emplace_back();
            made.of = this;
            made.lane = lanes_[number - 1];
            made.lock = {.lock = lock_ ? &*lock_ : nullptr,
                         .thread = number,
                         .name = names[number - 1],
                         .strip = strip,
                         .record = &run.record,
                         .lanes = &lanes_};
        }
    }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    void work() {
        try {
            for (member& each : members_)
                each.thread.start_or_throw("a thread for tasks", "work", &crew::main, &each);
        } catch (...) {
            fail(std::current_exception());
        }
        for (member& each : members_) each.thread.join();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    struct member {
        crew* of = nullptr;
        lane_record* lane = nullptr;
        gil_use lock;
        os::thread thread;
    };

    static void main(void* argument) noexcept {
        auto& me = *static_cast<member*>(argument);
        try {
            me.of->take_tasks(me);
        } catch (...) {
            me.of->fail(std::current_exception());
        }
    }
    void take_tasks(member& me) {
        blocking_worker worker(run_.how.place, *me.lane, me.lock);
        for (;;) {
            const std::size_t task = next_.fetch_add(1, std::memory_order_relaxed);
            if (task >= run_.what.tasks.size()) return;
            worker.run(run_.what.tasks[task], run_.names[task], task);
            run_.done(task, os::steady_time());
        }
    }
    void fail(std::exception_ptr why) noexcept {
        next_.store(run_.what.tasks.size(), std::memory_order_relaxed);
        const std::scoped_lock here(mutex_);
        if (!failure_) failure_ = std::move(why);
    }

    run_context& run_;
    std::optional<gil> lock_;
    std::vector<lane_record*> lanes_;
    std::deque<member> members_;   // which do not move
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::exception_ptr failure_;   // guarded by mutex_
};

}  // namespace

time_point run_one_by_one(run_context& run) {
    lane_record& lane =
        run.record.lane(0, lane_kind::thread, 1, run.record.text("main thread"));
    blocking_worker worker(run.how.place, lane);
    for (std::size_t task = 0; task < run.what.tasks.size(); ++task) {
        worker.run(run.what.tasks[task], run.names[task], task);
        run.done(task, os::steady_time());
    }
    return os::steady_time();
}

time_point run_on_threads(run_context& run, bool with_gil) {
    crew all(run, with_gil);
    all.work();
    return os::steady_time();
}

}  // namespace troika::lab
