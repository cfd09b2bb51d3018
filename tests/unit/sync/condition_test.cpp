// SPDX-License-Identifier: MIT
#include <troika/sync/condition.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troika {
namespace {

using namespace testing_support;

struct shared_state {
    mutex door{"door"};
    condition changed{"changed"};
    int value = 0;
    std::string log;
};

/// Waits once; notes its mark when it goes on, a capital where it was cancelled. Each time with the
/// mutex locked.
task<void> wait_once(shared_state& state, char mark) {
    mutex::guard inside = co_await state.door.lock();
    bool was_cancelled = false;
    try {
        co_await state.changed.wait(inside);
    } catch (const cancelled&) {
        was_cancelled = true;
    }
    EXPECT_TRUE(inside.owns_lock());
    EXPECT_TRUE(state.door.is_locked());
    state.log += was_cancelled ? static_cast<char>(mark - 'a' + 'A') : mark;
    if (was_cancelled) throw cancelled{};
}

TEST(Condition, NotifiesOneByOneInOrder) {
    run_alone([]() -> task<void> {
        shared_state state;
        children group;
        for (char mark : {'a', 'b', 'c'}) group.start_forgotten(wait_once(state, mark));
        co_await settle();
        EXPECT_FALSE(state.door.is_locked());   // waiting gave it back
        state.changed.notify_one();
        co_await settle();
        EXPECT_EQ(state.log, "a");
        state.changed.notify_all();
        co_await group.join();
        EXPECT_EQ(state.log, "abc");
        state.changed.notify_one();   // nobody: nothing is kept for later
        children later;
        future<void> d = later.start(wait_once(state, 'd'));
        co_await settle();
        EXPECT_EQ(ending(d), "not ended");
        EXPECT_EQ(waits_for(d), "condition 'changed'");
        state.changed.notify_one();
        co_await later.join();
    }());
}

TEST(Condition, ANotifiedTaskGoesOnOnlyWithTheMutex) {
    run_alone([]() -> task<void> {
        shared_state state;
        children group;
        group.start_forgotten(wait_once(state, 'a'));
        group.start_forgotten(wait_once(state, 'b'));
        co_await settle();
        mutex::guard mine = co_await state.door.lock();
        state.changed.notify_all();
        co_await settle();
        EXPECT_EQ(state.log, "");
        mine.unlock();
        co_await group.join();
        EXPECT_EQ(state.log, "ab");
        EXPECT_FALSE(state.door.is_locked());
    }());
}

TEST(Condition, CancelThrowsWithTheMutexLocked) {
    run_alone([]() -> task<void> {
        shared_state state;
        children group;
        future<void> a = group.start(wait_once(state, 'a'));
        future<void> b = group.start(wait_once(state, 'b'));
        co_await settle();
        a.cancel();   // the mutex is free: at once
        co_await settle();
        EXPECT_EQ(state.log, "A");
        EXPECT_EQ(ending(a), "cancelled");
        mutex::guard mine = co_await state.door.lock();
        b.cancel();   // the mutex is taken: later
        co_await settle();
        EXPECT_EQ(state.log, "A");
        EXPECT_EQ(ending(b), "not ended");
        mine.unlock();
        co_await group.join();
        EXPECT_EQ(state.log, "AB");
        EXPECT_EQ(ending(b), "cancelled");
    }());
}

TEST(Condition, ACancelledWaiterTakesNoNotification) {
    run_alone([]() -> task<void> {
        shared_state state;
        children group;
        future<void> a = group.start(wait_once(state, 'a'));
        future<void> b = group.start(wait_once(state, 'b'));
        co_await settle();
        a.cancel();
        state.changed.notify_one();
        co_await group.join();
        EXPECT_EQ(state.log, "Ab");
    }());
}

TEST(Condition, CancelAfterTheNotificationComesTooLate) {
    run_alone([]() -> task<void> {
        shared_state state;
        children group;
        future<void> a = group.start(wait_once(state, 'a'));
        future<void> b = group.start(wait_once(state, 'b'));
        co_await settle();
        mutex::guard mine = co_await state.door.lock();
        state.changed.notify_one();
        a.cancel();   // notified, and in the line of the mutex
        mine.unlock();
        co_await settle();
        EXPECT_EQ(state.log, "a");
        EXPECT_EQ(ending(a), "done");
        EXPECT_EQ(ending(b), "not ended");
        b.cancel();
        co_await group.join();
        EXPECT_EQ(state.log, "aB");
    }());
}

task<void> wait_until_at_least(shared_state& state, int bound) {
    mutex::guard inside = co_await state.door.lock();
    co_await state.changed.wait(inside, [&state, bound] { return state.value >= bound; });
    state.log += static_cast<char>('0' + bound);
}

TEST(Condition, APredicateIsAskedAgain) {
    run_alone([]() -> task<void> {
        shared_state state;
        children group;
        for (int bound : {3, 1, 2}) group.start_forgotten(wait_until_at_least(state, bound));
        for (int value = 1; value <= 3; ++value) {
            co_await settle();
            mutex::guard inside = co_await state.door.lock();
            state.value = value;
            state.changed.notify_all();
        }
        co_await group.join();
        EXPECT_EQ(state.log, "123");
        co_await wait_until_at_least(state, 0);   // true already: no wait
    }());
}

TEST(ConditionDeathTest, NeedsAnOwningGuard) {
    shared_state state;
    mutex::guard mine = state.door.lock().block();
    mine.unlock();
    EXPECT_DEATH(static_cast<void>(state.changed.wait(mine)), "owns its mutex");
}

/// Two loops and a thread take turns: value % parties says whose.
task<void> take_turns(shared_state& state, int me, int parties, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        mutex::guard inside = co_await state.door.lock();
        while (state.value % parties != me) co_await state.changed.wait(inside);
        ++state.value;
        state.changed.notify_all();
    }
}

TEST(Condition, TakesTurnsAcrossLoopsAndThreads) {
    constexpr int rounds = 1'000;
    shared_state state;
    event_loop left, right;
    std::thread other([&] { right.run(take_turns(state, 1, 3, rounds)); });
    std::thread plain([&] {
        for (int i = 0; i < rounds; ++i) {
            mutex::guard inside = state.door.lock().block();
            while (state.value % 3 != 2) state.changed.wait(inside).block();
            ++state.value;
            state.changed.notify_all();
        }
    });
    left.run(take_turns(state, 0, 3, rounds));
    other.join();
    plain.join();
    EXPECT_EQ(state.value, 3 * rounds);
}

task<void> wait_and_be_cancelled(shared_state& state, int rounds, std::uint64_t seed) {
    random chance(seed);
    for (int round = 0; round < rounds; ++round) {
        children group;
        std::vector<future<void>> started;
        for (int i = 0; i < 4; ++i) started.push_back(group.start(wait_once(state, 'a')));
        while (group.task_count() != 0) {
            started[chance.below(started.size())].cancel();
            co_await yield_now();
        }
        co_await group.join();
    }
}

task<void> notify_often(shared_state& state, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        mutex::guard inside = co_await state.door.lock();
        if (i % 2 == 0)
            state.changed.notify_one();
        else
            state.changed.notify_all();
    }
}

TEST(Condition, SurvivesCancelsWhileAnotherLoopNotifies) {
    shared_state state;
    event_loop left, right;
    std::thread other([&] { right.run(notify_often(state, 3'000)); });
    left.run(wait_and_be_cancelled(state, 200, 3));
    other.join();
    EXPECT_FALSE(state.door.is_locked());
}

}  // namespace
}  // namespace troika
