// SPDX-License-Identifier: MIT
#include <troika/sync/barrier.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>

namespace troika {
namespace {

using namespace testing_support;

task<std::size_t> arrive(barrier& at) {
    const std::size_t index = co_await at.wait();
    co_return index;
}

TEST(Barrier, HoldsBackUntilAllHaveCome) {
    run_alone([]() -> task<void> {
        barrier at(3, "start");
        children group;
        for (int generation = 0; generation < 2; ++generation) {
            future<std::size_t> a = group.start(arrive(at));
            future<std::size_t> b = group.start(arrive(at));
            co_await settle();
            EXPECT_EQ(at.waiting(), 2u);
            EXPECT_EQ(waits_for(a), "barrier 'start' (2 of 3 waiting)");
            const std::size_t mine = co_await at.wait();
            EXPECT_EQ(mine, 2u);
            EXPECT_EQ(at.waiting(), 0u);
            co_await group.join();
            EXPECT_EQ(a.get(), 0u);
            EXPECT_EQ(b.get(), 1u);
        }
    }());
}

TEST(Barrier, CancelLeavesAndDoesNotBreak) {
    run_alone([]() -> task<void> {
        barrier at(3);
        children group;
        future<std::size_t> a = group.start(arrive(at));
        future<std::size_t> b = group.start(arrive(at));
        co_await settle();
        a.cancel();
        co_await settle();
        EXPECT_EQ(ending(a), "cancelled");
        EXPECT_EQ(at.waiting(), 1u);
        future<std::size_t> c = group.start(arrive(at));
        co_await settle();
        const std::size_t mine = co_await at.wait();
        co_await group.join();
        EXPECT_EQ(mine, 2u);
        EXPECT_EQ(b.get(), 0u);
        EXPECT_EQ(c.get(), 1u);
        EXPECT_FALSE(at.is_broken());
    }());
}

TEST(Barrier, CancelAfterTheLastHasComeComesTooLate) {
    run_alone([]() -> task<void> {
        barrier at(2);
        children group;
        future<std::size_t> a = group.start(arrive(at));
        co_await settle();
        on_another_thread([&] { EXPECT_EQ(at.wait().block(), 1u); });
        a.cancel();
        co_await group.join();
        EXPECT_EQ(ending(a), "done");
    }());
}

TEST(Barrier, ResetSendsAwayWhoWaitsAndIsAsNew) {
    run_alone([]() -> task<void> {
        barrier at(2);
        children group;
        future<std::size_t> a = group.start(arrive(at));
        co_await settle();
        at.reset();
        co_await group.join();
        EXPECT_THROW(static_cast<void>(a.get()), broken_barrier);
        EXPECT_FALSE(at.is_broken());
        future<std::size_t> b = group.start(arrive(at));
        co_await settle();
        const std::size_t mine = co_await at.wait();
        EXPECT_EQ(mine, 1u);
        co_await group.join();
    }());
}

TEST(Barrier, AbortBreaksItUntilReset) {
    run_alone([]() -> task<void> {
        barrier at(2);
        children group;
        future<std::size_t> a = group.start(arrive(at));
        co_await settle();
        at.abort();
        future<std::size_t> b = group.start(arrive(at));
        co_await group.join();
        EXPECT_TRUE(at.is_broken());
        EXPECT_THROW(static_cast<void>(a.get()), broken_barrier);
        EXPECT_THROW(static_cast<void>(b.get()), broken_barrier);
        EXPECT_EQ(at.waiting(), 0u);
        at.reset();
        EXPECT_FALSE(at.is_broken());
        future<std::size_t> c = group.start(arrive(at));
        co_await settle();
        const std::size_t mine = co_await at.wait();
        EXPECT_EQ(mine, 1u);
        co_await group.join();
    }());
}

TEST(Barrier, OfOneHoldsNobodyAndOfNoneIsRefused) {
    barrier at(1);
    EXPECT_EQ(at.wait().await_ready(), false);
    EXPECT_EQ(at.wait().block(), 0u);
    EXPECT_EQ(at.parties(), 1u);
    EXPECT_THROW(barrier(0), std::invalid_argument);
}

task<void> march(barrier& at, std::atomic<int>& steps, int rounds, int parties) {
    for (int round = 0; round < rounds; ++round) {
        ++steps;
        co_await at.wait();
        EXPECT_EQ(steps.load(), (round + 1) * parties);   // all have stepped, nobody twice
        co_await at.wait();
    }
}

TEST(Barrier, MarchesAcrossLoopsAndThreads) {
    constexpr int parties = 3, rounds = 500;
    barrier at(parties);
    std::atomic<int> steps{0};
    event_loop left, right;
    std::thread other([&] { right.run(march(at, steps, rounds, parties)); });
    std::thread plain([&] {
        for (int round = 0; round < rounds; ++round) {
            ++steps;
            at.wait().block();
            EXPECT_EQ(steps.load(), (round + 1) * parties);
            at.wait().block();
        }
    });
    left.run(march(at, steps, rounds, parties));
    other.join();
    plain.join();
    EXPECT_EQ(steps.load(), parties * rounds);
}

}  // namespace
}  // namespace troika
