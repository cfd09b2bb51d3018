// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/core/executor.hpp>
#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace troika::testing_tasks {

/// An event loop over the kernel's poller, on a thread of its own.
class loop_thread {
public:
    loop_thread() : thread_([this] { loop_.run(until_stopped(stop_)); }) {}
    loop_thread(const loop_thread&) = delete;
    loop_thread& operator=(const loop_thread&) = delete;
    ~loop_thread() {
        stop_.set();
        thread_.join();
    }
    [[nodiscard]] event_loop& loop() noexcept { return loop_; }

private:
    static task<void> until_stopped(event& stop) { co_await stop.wait(); }

    event_loop loop_;
    event stop_{"the end of the test"};
    std::thread thread_;
};

/// Where the tasks of a test live: `loop`, `pool1`, `pool2`, `pool4`, or `across`, which is two
/// loops and a pool of two.
class task_home {
public:
    explicit task_home(std::string_view kind) {
        const bool across = kind == "across";
        if (across || kind == "loop") loops_.push_back(std::make_unique<loop_thread>());
        if (across) loops_.push_back(std::make_unique<loop_thread>());
        if (across)
            pool_.emplace_back(std::make_unique<thread_pool>(thread_pool::options{.workers = 2}));
        if (kind.starts_with("pool"))
            pool_.emplace_back(std::make_unique<thread_pool>(
                thread_pool::options{.workers = static_cast<std::size_t>(kind[4] - '0')}));
        check(engines() != 0, "no such home");
    }

    [[nodiscard]] std::size_t engines() const noexcept { return loops_.size() + pool_.size(); }

    /// Starts `work` as a task of one of the engines. Thread: any.
    template <class T>
    future<T> start_at(std::size_t engine, task<T> work) {
        if (engine < loops_.size()) return loops_[engine]->loop().submit(std::move(work));
        return pool_[engine - loops_.size()]->submit(std::move(work));
    }
    /// The same, of each in turn.
    template <class T>
    future<T> start(task<T> work) {
        return start_at(turn_.fetch_add(1) % engines(), std::move(work));
    }
    /// Runs `work` on the first of them, and waits. Thread: the test's.
    template <class T>
    T run(task<T> work) {
        return start_at(0, std::move(work)).get();
    }

private:
    std::vector<std::unique_ptr<loop_thread>> loops_;
    std::vector<std::unique_ptr<thread_pool>> pool_;
    std::atomic<std::size_t> turn_{0};
};

/// Runs each test over the homes that the parameter names.
class task_fixture : public ::testing::TestWithParam<std::string_view> {
protected:
    task_fixture() : home(GetParam()) {}

    /// Whether all tasks take turns on one thread, the longest-ready first.
    static bool in_order() { return GetParam() == "loop"; }

    task_home home;
};

inline constexpr std::string_view all_homes[] = {"loop", "pool1", "pool2", "pool4", "across"};

inline std::string name_of_home(const ::testing::TestParamInfo<std::string_view>& info) {
    return std::string(info.param);
}

/// Many tasks at once, some of them cancelled at random moments by another thread.
///
/// Each engine of the home has its share, in a group of its own.
class crowd {
public:
    struct options {
        std::size_t count;           ///< tasks
        std::size_t cancels = 0;     ///< requests to cancel, of tasks chosen by `seed`
        std::uint64_t seed = 1;
        std::size_t victims = 0;     ///< only those before are chosen; 0 is all
    };

    crowd(task_home& home, const options& how) : home_(home), how_(how), started_(how.count) {}

    /// Runs `make(i)` for each number below count, and waits until all have ended. What a task
    /// throws, but for `cancelled`, is thrown. Thread: the test's.
    template <class F>
    void run(F make) {
        std::vector<future<void>> shares;
        for (std::size_t i = 0; i < home_.engines(); ++i)
            shares.push_back(home_.start_at(i, share(*this, i, make)));
        std::mt19937_64 random(how_.seed);
        const std::size_t victims = how_.victims == 0 ? how_.count : how_.victims;
        for (std::size_t i = 0; i < how_.cancels; ++i)
            static_cast<void>(started(random() % victims).cancel());
        all_cancelled_.set();
        for (future<void>& each : shares) each.get();
        for (const future<void>& each : started_) EXPECT_TRUE(each.done());
    }

    /// Set once no cancellation will come any more: what then still waits has to be let go.
    [[nodiscard]] event& all_cancelled() noexcept { return all_cancelled_; }

    /// How many have ended by a cancellation. Once run() has returned.
    [[nodiscard]] std::size_t cancelled_count() const {
        return static_cast<std::size_t>(
            std::count_if(started_.begin(), started_.end(), [](const future<void>& each) {
                return each.exception() != nullptr;
            }));
    }

private:
    template <class F>
    static task<void> share(crowd& me, std::size_t engine, F& make) {
        auto body = [&](task_group& group) -> task<void> {
            for (std::size_t i = engine; i < me.how_.count; i += me.home_.engines()) {
                future<void> begun = group.create_task(make(i));
                {
                    const std::scoped_lock here(me.mutex_);
                    me.started_[i] = std::move(begun);
                }
                if (i % 64 == 63) co_await yield_now();
            }
        };
        co_await with_task_group(body);
    }
    future<void> started(std::size_t index) {
        for (;;) {
            {
                const std::scoped_lock here(mutex_);
                if (started_[index].valid()) return started_[index];
            }
            std::this_thread::yield();
        }
    }

    task_home& home_;
    const options how_;
    std::mutex mutex_;
    std::vector<future<void>> started_;   // guarded by mutex_ while it runs
    event all_cancelled_{"the last cancellation"};
};

/// Calls a function when the last of a number of holders has gone, also one whose task never began.
class countdown {
public:
    countdown(std::size_t holders, std::function<void()> last)
        : left_(holders), last_(std::move(last)) {}

    class holder {
    public:
        explicit holder(countdown& of) noexcept : of_(&of) {}
        holder(holder&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        ~holder() {
            if (of_ != nullptr && of_->left_.fetch_sub(1) == 1) of_->last_();
        }

    private:
        countdown* of_;
    };

private:
    std::atomic<std::size_t> left_;
    const std::function<void()> last_;
};

}  // namespace troika::testing_tasks
