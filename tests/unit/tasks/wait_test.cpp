// SPDX-License-Identifier: MIT
#include <troika/tasks/wait.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ranges>
#include <thread>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

class Wait : public testing::Test {
protected:
    future<int> start(duration time, int value) { return here_.start(after(time, value)); }
    template <class F>
    void run(F body) {
        here_.run(body());
    }
    virtual_loop here_;
};

TEST_F(Wait, ForAll) {
    std::vector futures{start(2s, 2), start(1s, 1)};
    run([&]() -> task<void> {
        auto found = co_await wait(futures);
        EXPECT_EQ(found.done, futures);   // in the order of the range
        EXPECT_TRUE(found.pending.empty());
    });
    EXPECT_EQ(here_.elapsed(), 2s);
}

TEST_F(Wait, ForTheFirstNeverCancelsTheOthers) {
    std::vector futures{start(2s, 2), start(1s, 1)};
    run([&]() -> task<void> {
        auto found = co_await wait(futures, until::first_completed);
        EXPECT_THAT(found.done, testing::ElementsAre(futures[1]));
        EXPECT_THAT(found.pending, testing::ElementsAre(futures[0]));
        const int later = co_await futures[0];
        EXPECT_EQ(later, 2);
    });
}

TEST_F(Wait, GivesAllThatAreDoneNotOnlyTheTrigger) {
    std::vector futures{start(1h, 0), start(1s, 1), start(1s, 2), start(1s, 3)};
    run([&]() -> task<void> {
        co_await sleep(2s);
        auto found = co_await wait(futures, until::first_completed);
        EXPECT_EQ(found.done.size(), 3u);
        EXPECT_THAT(found.pending, testing::ElementsAre(futures[0]));
    });
}

TEST_F(Wait, ForTheFirstFailure) {
    std::vector futures{start(1s, 1), here_.start(fail_after(2s, "no")), start(1h, 3)};
    run([&]() -> task<void> {
        futures.push_back(start(2h, 4));
        futures.back().cancel();   // a cancelled one is no failure
        auto found = co_await wait(futures, until::first_failure);
        EXPECT_EQ(found.done.size(), 3u);
        EXPECT_THAT(found.pending, testing::ElementsAre(futures[2]));
        EXPECT_EQ(describe(futures[1].exception()), "no");
    });
    EXPECT_EQ(here_.elapsed(), 2s);
}

TEST_F(Wait, ForTheFirstFailureWaitsForAllWhenThereIsNone) {
    std::vector futures{start(1s, 1), start(3s, 2)};
    run([&]() -> task<void> {
        auto found = co_await wait(futures, until::first_failure);
        EXPECT_EQ(found.done.size(), 2u);
    });
    EXPECT_EQ(here_.elapsed(), 3s);
}

TEST_F(Wait, RunningOutOfTimeIsNoError) {
    std::vector futures{start(1s, 1), start(1h, 2)};
    run([&]() -> task<void> {
        auto found = co_await wait(futures, until::all_completed, 2s);
        EXPECT_THAT(found.done, testing::ElementsAre(futures[0]));
        EXPECT_THAT(found.pending, testing::ElementsAre(futures[1]));
        found = co_await wait(futures, until::all_completed, 0s);   // only looks
        EXPECT_EQ(found.done.size(), 1u);
    });
    EXPECT_EQ(here_.elapsed(), 2s);
}

TEST_F(Wait, ForNothingIsAMistake) {
    EXPECT_THROW(here_.run(wait(std::vector<future<int>>{})), std::invalid_argument);
}

TEST_F(Wait, CountsTheSameResultOnce) {
    future<int> one = start(1s, 1);
    run([&]() -> task<void> {
        std::vector<future<int>> twice;
        twice.push_back(one);
        twice.push_back(one);
        auto found = co_await wait(twice);
        EXPECT_EQ(found.done.size(), 1u);
    });
}

TEST_F(Wait, TakesViews) {
    const std::array futures{start(1s, 1), start(2s, 2), start(1h, 3)};
    run([&]() -> task<void> {
        auto found = co_await wait(futures | std::views::take(2));
        EXPECT_EQ(found.done.size(), 2u);
    });
    EXPECT_EQ(here_.elapsed(), 2s);
}

TEST_F(Wait, CancelEndsTheWaitAndTheWorkGoesOn) {
    std::vector futures{start(1s, 1)};
    auto answer = here_.start(wait(futures));
    here_.loop().turn(false);
    answer.cancel();
    auto main = [&]() -> task<void> {
        const int value = co_await futures[0];
        EXPECT_EQ(value, 1);
    };
    here_.run(main());
    EXPECT_TRUE(impl::is_cancelled(answer.exception()));
}

TEST(WaitAcrossThreads, IsWokenByFuturesOfOtherThreads) {
    constexpr int count = 200;
    std::vector<promise<int>> promises(count);
    std::vector<future<int>> futures;
    for (auto& each : promises) futures.push_back(each.get_future());
    std::thread other([&] {
        for (int i = 0; i < count; ++i) promises[static_cast<std::size_t>(i)].set_value(i);
    });
    event_loop loop;
    auto main = [&]() -> task<std::size_t> {
        std::size_t rounds = 0;
        auto found = co_await wait(futures, until::first_completed);
        while (!found.pending.empty()) {
            ++rounds;
            found = co_await wait(std::move(found.pending), until::first_completed);
        }
        co_return rounds;
    };
    EXPECT_LT(loop.run(main()), futures.size());
    other.join();
    EXPECT_EQ(futures.back().get(), count - 1);
}

TEST(WaitCancel, AtEachAwait) {
    auto scenario = []() -> task<void> {
        const cancel_scope protect({.shielded = true});
        promise<int> owed;
        std::vector futures{owed.get_future()};
        co_await yield_now();
        owed.set_value(1);
        auto found = co_await wait(futures);
        EXPECT_EQ(found.done.size(), 1u);
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 2u);
    auto open = []() -> task<void> {
        promise<int> owed;
        std::vector futures{owed.get_future()};
        auto found = co_await wait(futures, until::all_completed, 1s);
        EXPECT_EQ(found.pending.size(), 1u);
        co_await yield_now();
    };
    EXPECT_GE(cancel_at_each_turn(open), 2u);
}

TEST(WaitBlocking, LetsAThreadWaitForOthers) {
    promise<int> first;
    promise<int> second;
    const std::vector futures{first.get_future(), second.get_future(), first.get_future()};
    std::thread other([&] { second.set_value(2); });
    auto found = wait_blocking(futures, until::first_completed);
    EXPECT_THAT(found.done, testing::ElementsAre(futures[1]));
    EXPECT_THAT(found.pending, testing::ElementsAre(futures[0]));
    other.join();
    first.set_exception(std::make_exception_ptr(std::runtime_error("no")));
    EXPECT_EQ(wait_blocking(futures).done.size(), 2u);
    EXPECT_EQ(wait_blocking(futures, until::first_failure).done.size(), 2u);
    EXPECT_THROW(futures[0].get(), std::runtime_error);
}

TEST(WaitBlocking, RunningOutOfTimeIsNoError) {
    promise<int> owed;
    const std::vector futures{owed.get_future()};
    auto found = wait_blocking(futures, until::all_completed, 1ms);
    EXPECT_TRUE(found.done.empty());
    EXPECT_EQ(found.pending, futures);
    owed.set_value(1);
}

TEST(WaitBlocking, IsRefusedWhereItWouldStopALoop) {
    promise<int> owed;
    const std::vector futures{owed.get_future()};
    auto main = [&]() -> task<void> {
        EXPECT_THROW(wait_blocking(futures), std::logic_error);
        co_return;
    };
    run_virtual(main());
    owed.set_value(1);
    EXPECT_THROW(wait_blocking(std::vector<future<int>>{}), std::invalid_argument);
}

}  // namespace
}  // namespace troika
