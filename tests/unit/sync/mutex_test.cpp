// SPDX-License-Identifier: MIT
#include <troika/sync/mutex.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace troika {
namespace {

using namespace testing_support;

/// Notes when it is inside, and awaits there.
task<void> visit(mutex& door, std::string& log, char mark) {
    mutex::guard inside = co_await door.lock();
    log += mark;
    co_await yield_now();
    log += mark;
}

TEST(Mutex, LetsInOneAtATimeInOrder) {
    run_alone([]() -> task<void> {
        mutex door;
        std::string log;
        children group;
        for (char mark : {'a', 'b', 'c'}) group.start_forgotten(visit(door, log, mark));
        co_await group.join();
        EXPECT_EQ(log, "aabbcc");
        EXPECT_FALSE(door.is_locked());
    }());
}

TEST(Mutex, NobodyGetsInBetweenUnlockAndTheFirstInLine) {
    run_alone([]() -> task<void> {
        mutex door;
        std::string log;
        children group;
        mutex::guard mine = co_await door.lock();
        group.start_forgotten(visit(door, log, 'a'));
        co_await settle();
        mine.unlock();
        EXPECT_FALSE(mine.owns_lock());
        EXPECT_TRUE(door.is_locked());   // already the other's
        EXPECT_FALSE(door.try_lock().has_value());
        mutex::guard again = co_await door.lock();
        EXPECT_EQ(log, "aa");
        again.unlock();
        co_await group.join();
    }());
}

TEST(Mutex, TryLockNeverWaits) {
    mutex door;
    std::optional<mutex::guard> mine = door.try_lock();
    ASSERT_TRUE(mine.has_value());
    EXPECT_FALSE(door.try_lock().has_value());
    mutex::guard moved = std::move(*mine);
    EXPECT_FALSE(mine->owns_lock());
    mine.reset();
    EXPECT_TRUE(door.is_locked());
    moved.unlock();
    EXPECT_TRUE(door.try_lock().has_value());
    EXPECT_FALSE(door.is_locked());   // the guard has gone with the expression
}

TEST(Mutex, ACancelledWaiterLeavesTheLine) {
    run_alone([]() -> task<void> {
        mutex door("accounts");
        std::string log;
        children group;
        mutex::guard mine = co_await door.lock();
        future<void> first = group.start(visit(door, log, 'a'));
        future<void> second = group.start(visit(door, log, 'b'));
        co_await settle();
        EXPECT_EQ(waits_for(first), "mutex 'accounts'");
        first.cancel();
        co_await settle();
        EXPECT_EQ(ending(first), "cancelled");
        mine.unlock();
        co_await group.join();
        EXPECT_EQ(log, "bb");
    }());
}

TEST(Mutex, IsFreeWhenTheOnlyWaiterWasCancelled) {
    run_alone([]() -> task<void> {
        mutex door;
        std::string log;
        children group;
        mutex::guard mine = co_await door.lock();
        future<void> first = group.start(visit(door, log, 'a'));
        co_await settle();
        first.cancel();
        mine.unlock();
        EXPECT_FALSE(door.is_locked());
        EXPECT_TRUE(door.try_lock().has_value());
        co_await group.join();
    }());
}

TEST(Mutex, CancelAfterTheHandOverComesTooLateAndIsPassedOn) {
    // Given the mutex and then cancelled: it gets the mutex, is thrown out at its next await, and
    // the next in line has its turn.
    run_alone([]() -> task<void> {
        mutex door;
        std::string log;
        children group;
        mutex::guard mine = co_await door.lock();
        future<void> first = group.start(visit(door, log, 'a'));
        future<void> second = group.start(visit(door, log, 'b'));
        co_await settle();
        on_another_thread([&] { mine.unlock(); });   // the wake is still in the inbox
        first.cancel();
        co_await group.join();
        EXPECT_EQ(ending(first), "cancelled");
        EXPECT_EQ(log, "abb");
    }());
}

TEST(Mutex, IsNotEnteredInACancelledScope) {
    run_alone([]() -> task<void> {
        mutex door;
        cancel_scope scope;
        scope.cancel();
        bool thrown = false;
        try {
            mutex::guard inside = co_await door.lock();
        } catch (const cancelled&) {
            thrown = true;
        }
        scope.leave();
        EXPECT_TRUE(thrown);
        EXPECT_FALSE(door.is_locked());
    }());
}

TEST(Mutex, BlockIsRefusedOnALoopThread) {
    run_alone([]() -> task<void> {
        mutex door;
        mutex::guard mine = co_await door.lock();
        EXPECT_THROW(static_cast<void>(door.lock().block()), std::logic_error);
        mine.unlock();
        EXPECT_TRUE(door.lock().block().owns_lock());   // free: there is nothing to block for
    }());
}

TEST(MutexDeathTest, IsNotDestroyedWhileLocked) {
    EXPECT_DEATH(
        {
            std::optional<mutex> door(std::in_place);
            mutex::guard inside = door->lock().block();
            door.reset();
        },
        "destroyed while it is locked");
}

struct account {
    mutex door;
    long balance = 0;   // not atomic: guarded by door
    long most_inside = 0;
    long inside = 0;
};

void touch(account& shared) {
    shared.most_inside = std::max(shared.most_inside, ++shared.inside);
    ++shared.balance;
}

task<void> deposit(account& shared, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        mutex::guard inside = co_await shared.door.lock();
        touch(shared);
        if (i % 7 == 0) co_await yield_now();
        --shared.inside;
    }
}

task<void> deposit_by_many(account& shared, int tasks, int rounds) {
    children group;
    for (int i = 0; i < tasks; ++i) group.start_forgotten(deposit(shared, rounds));
    co_await group.join();
}

TEST(Mutex, GuardsAcrossLoopsAndThreads) {
    constexpr int tasks = 8, rounds = 400;
    account shared;
    event_loop left, right;
    std::thread other([&] { right.run(deposit_by_many(shared, tasks, rounds)); });
    std::thread plain([&] {
        for (int i = 0; i < rounds; ++i) {
            mutex::guard inside = shared.door.lock().block();
            touch(shared);
            --shared.inside;
        }
    });
    left.run(deposit_by_many(shared, tasks, rounds));
    other.join();
    plain.join();
    EXPECT_EQ(shared.balance, (2 * tasks + 1) * rounds);
    EXPECT_EQ(shared.most_inside, 1);
}

task<void> cancel_at_random(account& shared, int tasks, int rounds, std::uint64_t seed) {
    random chance(seed);
    for (int round = 0; round < rounds; ++round) {
        children group;
        std::vector<future<void>> started;
        for (int i = 0; i < tasks; ++i) started.push_back(group.start(deposit(shared, 3)));
        for (int i = 0; i < tasks; ++i) {
            started[chance.below(started.size())].cancel();
            co_await yield_now();
        }
        co_await group.join();
    }
}

task<void> visit_often(account& shared, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        mutex::guard inside = co_await shared.door.lock();
        touch(shared);
        --shared.inside;
    }
}

TEST(Mutex, SurvivesCancelsWhileOtherLoopsHandItOver) {
    // A lost turn would hang this test, a doubled one would let two in. Cancels in deposit() leave
    // `inside` raised, so only who is never cancelled counts.
    account shared;
    event_loop left, right;
    std::thread other([&] { right.run(visit_often(shared, 3'000)); });
    left.run(cancel_at_random(shared, 6, 100, 5));
    other.join();
    EXPECT_FALSE(shared.door.is_locked());
}

}  // namespace
}  // namespace troika
