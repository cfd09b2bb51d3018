// SPDX-License-Identifier: MIT
// A wait that can never end is an error, not a hang.
#include <troika/core/errors.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <string>

namespace troika {
namespace {

TEST(WaitCyclePool, AJobThatWaitsForItself) {
    thread_pool threads{{.workers = 2}};
    promise<future<int>> told;
    const future<future<int>> mine = told.get_future();
    const future<int> job = threads.submit([&mine] { return mine.get().get(); });
    told.set_value(job);
    EXPECT_THROW(job.get(), would_deadlock);
}

TEST(WaitCyclePool, TwoJobsThatWaitForEachOther) {
    for (const std::size_t workers : {1u, 2u, 4u}) {
        thread_pool threads{{.workers = workers}};
        promise<future<int>> told;
        const future<future<int>> other = told.get_future();
        const future<int> one = threads.submit([&other] { return other.get().get() + 1; });
        const future<int> two = threads.submit([one] { return one.get() + 1; });
        told.set_value(two);
        // One of them is told, and the other gets that.
        EXPECT_THROW(two.get(), would_deadlock);
        EXPECT_THROW(one.get(), would_deadlock);
    }
}

task<int> waits_for(const future<future<int>>& whom) {
    const future<int> other = co_await whom;
    co_return co_await other;
}

TEST(WaitCyclePool, ATaskThatAwaitsItself) {
    thread_pool threads{{.workers = 2}};
    promise<future<int>> told;
    const future<future<int>> mine = told.get_future();
    const future<int> self = threads.submit(waits_for(mine), {.name = "self"});
    told.set_value(self);
    try {
        static_cast<void>(self.get());
        ADD_FAILURE() << "the cycle was not seen";
    } catch (const would_deadlock& error) {
        EXPECT_STREQ(error.what(),
                     "this wait would never end: task 'self' waits for task 'self'");
    }
}

TEST(WaitCyclePool, ThreeTasksInARingAgainAndAgain) {
    thread_pool threads{{.workers = 3}};
    for (int round = 0; round < 300; ++round) {
        promise<future<int>> told[3];
        future<future<int>> whom[3];
        future<int> ring[3];
        for (int i = 0; i < 3; ++i) whom[i] = told[i].get_future();
        for (int i = 0; i < 3; ++i) ring[i] = threads.submit(waits_for(whom[i]));
        for (int i = 0; i < 3; ++i) told[i].set_value(ring[(i + 1) % 3]);
        for (const auto& each : ring) EXPECT_THROW(static_cast<void>(each.get()), would_deadlock);
    }
}

TEST(WaitCyclePool, ATaskAndAJobThatWaitForEachOther) {
    thread_pool threads{{.workers = 2}};
    for (int round = 0; round < 100; ++round) {
        promise<future<int>> told;
        const future<future<int>> other = told.get_future();
        const future<int> waiter = threads.submit(waits_for(other), {.name = "waiter"});
        const future<int> job = threads.submit([waiter] { return waiter.get(); });
        told.set_value(job);
        EXPECT_THROW(static_cast<void>(waiter.get()), would_deadlock);
        EXPECT_THROW(static_cast<void>(job.get()), would_deadlock);
    }
}

TEST(WaitCyclePool, LongChainsThatEndAreNoCycles) {
    thread_pool threads{{.workers = 2}};
    event opened;
    future<int> last = threads.submit([](event& gate) -> task<int> {
        co_await gate.wait();
        co_return 0;
    }(opened));
    for (int i = 0; i < 200; ++i)
        last = threads.submit([](future<int> before) -> task<int> {
            co_return co_await before + 1;
        }(last));
    opened.set();
    EXPECT_EQ(last.get(), 200);
}

}  // namespace
}  // namespace troika
