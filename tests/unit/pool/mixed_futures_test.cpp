// SPDX-License-Identifier: MIT
#include <troika/core/inline_executor.hpp>
#include <troika/loop/run.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/as_completed.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/wait.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;

/// Futures of two pools, of an inline executor and of tasks, together.
class MixedFutures : public ::testing::Test {
protected:
    ~MixedFutures() override { open(); }

    /// Gives 1 to 4, and 5 once open() was called.
    std::vector<future<int>> five() {
        std::vector<future<int>> futures;
        futures.push_back(threads_.submit([] { return 1; }));
        futures.push_back(others_.submit([] { return 2; }));
        futures.push_back(inline_.submit([] { return 3; }));
        futures.push_back(threads_.submit(four()));
        futures.push_back(others_.submit([this] {
            open_.wait(false);
            return 5;
        }));
        return futures;
    }
    static task<int> four() { co_return 4; }
    void open() {
        open_ = true;
        open_.notify_all();
    }

    inline_executor inline_;
    std::atomic<bool> open_ = false;
    thread_pool threads_{{.workers = 2}};
    thread_pool others_{{.workers = 2}};
};

TEST_F(MixedFutures, AThreadGetsThemAsTheyAreDone) {
    std::vector<future<int>> futures = five();
    futures.push_back(futures[0]);   // comes once
    std::vector<int> seen;
    for (const auto& done : as_completed(futures)) {
        seen.push_back(done.get());
        if (seen.size() == 4) open();
    }
    EXPECT_EQ(seen.back(), 5);
    EXPECT_THAT(seen, ::testing::UnorderedElementsAre(1, 2, 3, 4, 5));
}

TEST_F(MixedFutures, ATaskGetsThemAsTheyAreDone) {
    auto main = [&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
            std::vector<future<int>> futures = five();
            futures.push_back(group.create_task(four()));
            std::vector<int> seen;
            auto completed = as_completed(futures);
            while (auto done = co_await completed.next()) {
                seen.push_back(done->get());
                if (seen.size() == 5) open();
            }
            EXPECT_EQ(seen.back(), 5);
            EXPECT_THAT(seen, ::testing::UnorderedElementsAre(1, 2, 3, 4, 4, 5));
        });
    };
    run(main());
}

TEST_F(MixedFutures, AsCompletedRunsOutOfTimeWithoutLosingAny) {
    const std::vector<future<int>> futures = five();
    auto completed = as_completed(futures, {.timeout = 20ms});
    std::multiset<int> seen;
    const auto take = [&] {
        for (const auto& done : completed) seen.insert(done.get());
    };
    EXPECT_THROW(take(), timeout_error);
    EXPECT_FALSE(seen.contains(5));
    open();
    for (const future<int>& each : futures) each.wait();   // it has no time left to wait for them
    take();
    EXPECT_THAT(seen, ::testing::ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(MixedFutures, WaitsForTheFirstTheFirstFailureAndAll) {
    std::vector<future<int>> futures = five();
    const auto failing = [this]() -> int {
        open_.wait(false);
        throw std::runtime_error("no");
    };
    futures.push_back(others_.submit(failing));
    auto first = wait_blocking(futures, until::first_completed);
    EXPECT_GE(first.done.size(), 1u);
    EXPECT_EQ(first.done.size() + first.pending.size(), 6u);
    auto in_time = wait_blocking(futures, until::all_completed, 1ms);
    EXPECT_GE(in_time.pending.size(), 2u);
    auto main = [&]() -> task<void> {
        auto found = co_await wait(futures, until::first_completed);
        EXPECT_GE(found.done.size(), 1u);
        open();
        found = co_await wait(futures, until::first_failure);
        EXPECT_THAT(found.done, ::testing::Contains(futures[5]));
        found = co_await wait(futures);
        EXPECT_EQ(found.done, futures);
    };
    run(main());
    EXPECT_EQ(wait_blocking(futures, until::first_failure).done, futures);
    EXPECT_THROW(futures[5].get(), std::runtime_error);
}

TEST_F(MixedFutures, AJobWaitsForJobsOfItsOwnPool) {
    thread_pool one{{.workers = 1}};
    const auto sum = [&] {
        std::vector<future<int>> futures;
        for (int i = 0; i < 10; ++i) futures.push_back(one.submit([i] { return i; }));
        int total = 0;
        for (const auto& done : as_completed(futures)) total += done.get();
        for (int i = 0; i < 10; ++i) futures.push_back(one.submit([i] { return i; }));
        for (const auto& done : wait_blocking(futures).done) total += done.get();
        return total;
    };
    EXPECT_EQ(one.submit(sum).get(), 45 * 3);
}

TEST_F(MixedFutures, AreGathered) {
    auto main = [&]() -> task<int> {
        open();
        const std::vector<int> all = co_await gather(five());
        int total = 0;
        for (const int each : all) total += each;
        co_return total;
    };
    EXPECT_EQ(run(main()), 15);
}

}  // namespace
}  // namespace troika
