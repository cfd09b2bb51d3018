// SPDX-License-Identifier: MIT
#include <troika/core/future_wait.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(FutureWait, APlainThreadBlocks) {
    promise<int> owed;
    future<int> answer = owed.get_future();
    std::thread other([&] { owed.set_value(7); });
    EXPECT_EQ(answer.get(), 7);
    other.join();
}

TEST(FutureWait, APlainThreadGivesUpAfterATime) {
    promise<int> owed;
    const future<int> answer = owed.get_future();
    EXPECT_FALSE(answer.wait_for(0s));
    EXPECT_FALSE(answer.wait_for(1us));
    owed.set_value(1);
    EXPECT_TRUE(answer.wait_for(0s));
}

TEST(FutureWait, ALoopThreadIsRefused) {
    auto main = []() -> task<void> {
        promise<int> owed;
        const future<int> open = owed.get_future();
        EXPECT_THROW(open.get(), std::logic_error);
        EXPECT_THROW(static_cast<void>(open.wait_for(1s)), std::logic_error);
        owed.set_value(1);
        EXPECT_EQ(open.get(), 1);
        co_return;
    };
    run_virtual(main());
}

TEST(FutureWait, ATaskIsWokenByAnotherThread) {
    event_loop loop;
    promise<int> owed;
    std::thread other;
    auto main = [&]() -> task<int> {
        future<int> answer = owed.get_future();
        other = std::thread([&] { owed.set_value(9); });
        co_return co_await answer;
    };
    EXPECT_EQ(loop.run(main()), 9);
    other.join();
}

TEST(FutureWait, ATaskIsCancelledFromAnotherThread) {
    event_loop loop;
    std::promise<future<void>> started;
    auto main = [&]() -> task<void> {
        future<void> endless = loop.submit(nothing_after(24h));
        started.set_value(endless);
        co_await endless;
    };
    std::thread other([&] { EXPECT_FALSE(started.get_future().get().cancel()); });
    EXPECT_THROW(loop.run(main()), cancelled);
    other.join();
}

TEST(FutureWait, SaysWhatItWaitsFor) {
    virtual_loop here;
    future<int> named = here.start(after(1s, 1), {.name = "slow"});
    auto waits = [&]() -> task<void> { co_await named; };
    future<void> waiter = here.start(waits(), {.name = "waiter"});
    here.loop().turn(false);
    EXPECT_EQ(here.loop().tasks().back().state, "task 'slow'");
    here.finish(waiter);
}

TEST(FutureWait, DeadlinesAreMeasuredByTheSchedulerOfTheThread) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        EXPECT_EQ(impl::deadline_here(1s), deadline_after(here.loop().now(), 1s));
        co_return;
    };
    here.run(main());
    EXPECT_EQ(impl::deadline_here(duration::max()), never);
}

}  // namespace
}  // namespace troika
