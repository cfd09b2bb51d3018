// SPDX-License-Identifier: MIT
#include <troika/sync/semaphore.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>

namespace troika {
namespace {

using namespace testing_support;

task<void> visit(semaphore& door, std::string& log, char mark) {
    semaphore::permit inside = co_await door.acquire();
    log += mark;
    co_await yield_now();
    log += mark;
}

TEST(Semaphore, LetsInAsManyAsItHasPermits) {
    run_alone([]() -> task<void> {
        semaphore door(2);
        std::string log;
        children group;
        for (char mark : {'a', 'b', 'c', 'd'}) group.start_forgotten(visit(door, log, mark));
        co_await group.join();
        EXPECT_EQ(log, "ababcdcd");
        EXPECT_EQ(door.permits_left(), 2u);
    }());
}

TEST(Semaphore, TryAcquireNeverWaits) {
    semaphore door(1);
    std::optional<semaphore::permit> mine = door.try_acquire();
    ASSERT_TRUE(mine.has_value());
    EXPECT_FALSE(door.try_acquire().has_value());
    mine->release();
    EXPECT_FALSE(mine->valid());
    EXPECT_EQ(door.permits_left(), 1u);
    mine.reset();
    EXPECT_EQ(door.permits_left(), 1u);   // not given back twice
}

TEST(Semaphore, NobodyGetsInBetweenReleaseAndTheFirstInLine) {
    run_alone([]() -> task<void> {
        semaphore door(1);
        std::string log;
        children group;
        semaphore::permit mine = co_await door.acquire();
        group.start_forgotten(visit(door, log, 'a'));
        co_await settle();
        mine.release();
        EXPECT_EQ(door.permits_left(), 0u);
        EXPECT_FALSE(door.try_acquire().has_value());
        co_await visit(door, log, 'b');
        EXPECT_EQ(log, "aabb");
        co_await group.join();
    }());
}

TEST(Semaphore, ReleaseOfManyServesTheLineAndKeepsTheRest) {
    run_alone([]() -> task<void> {
        semaphore door(0);
        std::string log;
        children group;
        for (char mark : {'a', 'b', 'c'}) group.start_forgotten(visit(door, log, mark));
        co_await settle();
        door.release(2);
        EXPECT_EQ(door.permits_left(), 0u);
        co_await yield_now();
        EXPECT_EQ(log, "ab");
        door.release(5);
        EXPECT_EQ(door.permits_left(), 4u);
        co_await group.join();
        EXPECT_EQ(log, "ababcc");
        EXPECT_EQ(door.permits_left(), 7u);
    }());
}

TEST(Semaphore, AForgottenPermitIsReleasedByHand) {
    semaphore door(1);
    door.try_acquire()->forget();
    EXPECT_EQ(door.permits_left(), 0u);
    door.release();
    EXPECT_EQ(door.permits_left(), 1u);
}

TEST(Semaphore, RefusesAReleaseTooMany) {
    semaphore door(2, {.permits_max = 2, .name = "door"});
    semaphore::permit one = door.acquire().block();
    door.release();
    EXPECT_THROW(door.release(), std::logic_error);
    one.forget();
    EXPECT_EQ(door.permits_left(), 2u);
    semaphore unbounded(2);
    unbounded.release(3);
    EXPECT_EQ(unbounded.permits_left(), 5u);
    EXPECT_THROW(semaphore(3, {.permits_max = 2}), std::invalid_argument);
}

TEST(SemaphoreDeathTest, APermitTooManyIsABug) {
    EXPECT_DEATH(
        {
            semaphore door(1, {.permits_max = 1});
            semaphore::permit mine = door.acquire().block();
            door.release();
        },
        "one too many");
}

TEST(Semaphore, ACancelledWaiterLeavesTheLine) {
    run_alone([]() -> task<void> {
        semaphore door(1, {.name = "slots"});
        std::string log;
        children group;
        semaphore::permit mine = co_await door.acquire();
        future<void> first = group.start(visit(door, log, 'a'));
        future<void> second = group.start(visit(door, log, 'b'));
        co_await settle();
        EXPECT_EQ(waits_for(first), "semaphore 'slots'");
        first.cancel();
        mine.release();
        co_await group.join();
        EXPECT_EQ(ending(first), "cancelled");
        EXPECT_EQ(log, "bb");
        EXPECT_EQ(door.permits_left(), 1u);
    }());
}

TEST(Semaphore, CancelAfterTheGiftComesTooLateAndIsPassedOn) {
    run_alone([]() -> task<void> {
        semaphore door(0);
        std::string log;
        children group;
        future<void> first = group.start(visit(door, log, 'a'));
        future<void> second = group.start(visit(door, log, 'b'));
        co_await settle();
        on_another_thread([&] { door.release(); });
        first.cancel();
        co_await group.join();
        EXPECT_EQ(ending(first), "cancelled");
        EXPECT_EQ(log, "abb");
        EXPECT_EQ(door.permits_left(), 1u);
    }());
}

struct room {
    semaphore door{3};
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> visits{0};

    void enter() {
        const int now = ++inside;
        int seen = most.load();
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        ++visits;
    }
};

task<void> come_and_go(room& shared, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        semaphore::permit mine = co_await shared.door.acquire();
        shared.enter();
        if (i % 3 == 0) co_await yield_now();
        --shared.inside;
    }
}

task<void> come_and_go_by_many(room& shared, int tasks, int rounds) {
    children group;
    for (int i = 0; i < tasks; ++i) group.start_forgotten(come_and_go(shared, rounds));
    co_await group.join();
}

TEST(Semaphore, LimitsAcrossLoopsAndThreads) {
    constexpr int tasks = 8, rounds = 400;
    room shared;
    event_loop left, right;
    std::thread other([&] { right.run(come_and_go_by_many(shared, tasks, rounds)); });
    std::thread plain([&] {
        for (int i = 0; i < rounds; ++i) {
            semaphore::permit mine = shared.door.acquire().block();
            shared.enter();
            --shared.inside;
        }
    });
    left.run(come_and_go_by_many(shared, tasks, rounds));
    other.join();
    plain.join();
    EXPECT_EQ(shared.visits.load(), (2 * tasks + 1) * rounds);
    EXPECT_LE(shared.most.load(), 3);
    EXPECT_EQ(shared.door.permits_left(), 3u);
}

}  // namespace
}  // namespace troika
