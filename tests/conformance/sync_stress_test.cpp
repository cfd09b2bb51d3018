// SPDX-License-Identifier: MIT
#include "conformance/task_fixture.hpp"

#include <troika/sync/barrier.hpp>
#include <troika/sync/condition.hpp>
#include <troika/sync/mutex.hpp>
#include <troika/sync/priority_queue.hpp>
#include <troika/sync/queue.hpp>
#include <troika/sync/semaphore.hpp>

// Crowds of tasks that share one object, some of them cancelled at random moments.
namespace troika {
namespace {

using namespace testing_tasks;

constexpr std::size_t tasks_many = 2'000;
constexpr std::size_t cancels_many = 700;

class SyncStress : public task_fixture {};
INSTANTIATE_TEST_SUITE_P(Homes, SyncStress, ::testing::ValuesIn(all_homes), name_of_home);

TEST_P(SyncStress, AMutexIsNeverHeldTwice) {
    mutex door;
    // Not atomic: a second one inside is a data race as well.
    int inside = 0;
    std::uint64_t passed = 0;
    std::atomic<std::uint64_t> expected{0};
    crowd tasks(home, {.count = tasks_many, .cancels = cancels_many});
    tasks.run([&](std::size_t i) -> task<void> {
        for (std::size_t round = 0; round < 5; ++round) {
            auto held = co_await door.lock();
            EXPECT_EQ(++inside, 1);
            ++passed;
            ++expected;
            if ((i + round) % 3 == 0) {
                try {
                    co_await yield_now();
                } catch (const cancelled&) {
                    --inside;   // still locked
                    throw;
                }
            }
            --inside;
        }
    });
    EXPECT_EQ(passed, expected.load());
    EXPECT_FALSE(door.is_locked());
    EXPECT_TRUE(door.try_lock().has_value());
}

TEST_P(SyncStress, ASemaphoreLetsNoMoreInThanItHasPermits) {
    constexpr std::size_t permits = 3;
    semaphore gate(permits, {.permits_max = permits});
    std::atomic<std::size_t> inside{0};
    crowd tasks(home, {.count = tasks_many, .cancels = cancels_many, .seed = 2});
    tasks.run([&](std::size_t i) -> task<void> {
        for (std::size_t round = 0; round < 5; ++round) {
            auto held = co_await gate.acquire();
            EXPECT_LE(++inside, permits);
            bool stopped = false;
            try {
                if ((i + round) % 3 == 0) co_await yield_now();
            } catch (const cancelled&) {
                stopped = true;
            }
            --inside;
            if (stopped) throw cancelled{};
        }
    });
    EXPECT_EQ(inside, 0u);
    EXPECT_EQ(gate.permits_left(), permits);
}

/// Who has put what, and who has got what.
class ledger {
public:
    explicit ledger(std::size_t items) : put_(items), got_(items) {}
    void put(std::size_t item) { ++put_[item]; }
    void got(std::size_t item) { ++got_[item]; }
    void compare() const {
        for (std::size_t i = 0; i < put_.size(); ++i) {
            EXPECT_EQ(put_[i].load(), got_[i].load()) << "item " << i;
            EXPECT_LE(got_[i].load(), 1) << "item " << i;
        }
    }

private:
    std::vector<std::atomic<int>> put_;
    std::vector<std::atomic<int>> got_;
};

constexpr std::size_t items_each = 8;

template <class Queue>
task<void> produce(Queue& items, ledger& book, std::size_t first, countdown::holder) {
    for (std::size_t item = first; item < first + items_each; ++item) {
        co_await items.put(item);
        book.put(item);
    }
}

template <class Queue>
task<void> consume(Queue& items, ledger& book) {
    for (;;) {
        auto item = co_await items.next();
        if (!item) co_return;
        book.got(*item);
        if (*item % 5 == 0) co_await yield_now();
    }
}

template <class Queue>
struct producers_and_consumers {
    Queue& items;
    ledger& book;
    countdown& producing;

    // No coroutine itself: a producer that never begins is counted down as well.
    [[clang::coro_wrapper]] task<void> operator()(std::size_t i) const {
        if (i % 2 == 1) return consume(items, book);
        return produce(items, book, i / 2 * items_each, countdown::holder(producing));
    }
};

// A producer counts an item once put() has returned: one that a cancellation refused is not in the
// queue, and one that is in it was not refused.
template <class Queue>
void deliver_everything_once(task_home& home, std::uint64_t seed) {
    constexpr std::size_t producers = tasks_many / 2;
    Queue items({.capacity_max = 7});
    ledger book(producers * items_each);
    countdown producing(producers, [&] { items.shutdown(); });
    crowd tasks(home, {.count = tasks_many, .cancels = cancels_many, .seed = seed});
    tasks.run(producers_and_consumers<Queue>{items, book, producing});
    EXPECT_TRUE(items.is_shut_down());
    EXPECT_TRUE(items.empty());
    book.compare();
}

TEST_P(SyncStress, AQueueDeliversEachItemOnce) {
    deliver_everything_once<queue<std::size_t>>(home, 3);
}
TEST_P(SyncStress, APriorityQueueDeliversEachItemOnce) {
    deliver_everything_once<priority_queue<std::size_t>>(home, 4);
}

TEST_P(SyncStress, JoinWaitsForTheLastItem) {
    constexpr std::size_t producers = 200;
    constexpr std::size_t rounds = 10;
    queue<std::size_t> items({.capacity_max = 3});
    std::atomic<std::size_t> done{0};
    std::atomic<std::size_t> left{producers};
    crowd tasks(home, {.count = 2 * producers});
    tasks.run([&](std::size_t i) -> task<void> {
        if (i < producers) {
            for (std::size_t round = 0; round < rounds; ++round) co_await items.put(i);
            if (--left == 0) {
                co_await items.join();
                EXPECT_EQ(done, producers * rounds);
                items.shutdown();
            }
            co_return;
        }
        for (;;) {
            auto item = co_await items.next();
            if (!item) break;
            if (*item % 3 == 0) co_await yield_now();
            ++done;
            items.task_done();
        }
    });
    EXPECT_EQ(done, producers * rounds);
    EXPECT_EQ(items.unfinished(), 0u);
}

// One token and one notification for each taker: were a notification lost with a taker that is
// cancelled, another one would wait for ever.
TEST_P(SyncStress, ANotificationIsNotLostToACancelledWaiter) {
    constexpr std::size_t takers = tasks_many / 2;
    mutex door;
    condition changed;
    std::size_t tokens = 0;   // guarded by door, as what follows
    std::size_t taken = 0;
    crowd tasks(home, {.count = 2 * takers, .cancels = cancels_many, .seed = 5, .victims = takers});
    tasks.run([&](std::size_t i) -> task<void> {
        if (i >= takers) {
            {
                auto held = co_await door.lock();
                ++tokens;
            }
            changed.notify_one();
            co_return;
        }
        auto held = co_await door.lock();
        auto some = [&] { return tokens != 0; };
        co_await changed.wait(held, some);
        EXPECT_TRUE(held.owns_lock());
        --tokens;
        ++taken;
    });
    EXPECT_EQ(tokens + taken, takers);
    EXPECT_EQ(taken + tasks.cancelled_count(), takers);
    EXPECT_FALSE(door.is_locked());
}

TEST_P(SyncStress, ABarrierReleasesItsPartiesTogether) {
    constexpr std::size_t parties = 16;
    constexpr std::size_t rounds = 300;
    barrier line(parties);
    std::vector<std::atomic<std::size_t>> arrived(rounds);
    std::vector<std::atomic<std::size_t>> places(parties);
    crowd tasks(home, {.count = parties});
    tasks.run([&](std::size_t) -> task<void> {
        for (std::size_t round = 0; round < rounds; ++round) {
            ++arrived[round];
            const std::size_t place = co_await line.wait();
            EXPECT_EQ(arrived[round], parties);
            ++places[place];
        }
    });
    for (const auto& each : places) EXPECT_EQ(each, rounds);
}

TEST_P(SyncStress, ABarrierLosesNobodyToCancellations) {
    constexpr std::size_t parties = 7;
    constexpr std::size_t passes = 20'000;
    barrier line(parties);
    std::vector<std::atomic<std::size_t>> places(parties);
    std::atomic<std::size_t> passed{0};
    crowd tasks(home, {.count = 200, .cancels = 60, .seed = 6});
    tasks.run([&](std::size_t) -> task<void> {
        for (;;) {
            std::size_t place = 0;
            try {
                place = co_await line.wait();
            } catch (const broken_barrier&) {
                co_return;
            }
            ++places[place];
            // Only now is a cancellation for who waits, as all others have come.
            if (++passed >= passes && tasks.all_cancelled().is_set()) line.abort();
        }
    });
    for (const auto& each : places) EXPECT_EQ(each, places[0]);
    EXPECT_EQ(line.waiting(), 0u);
}

TEST_P(SyncStress, AnEventLetsAllPassWhoWaitWhenItIsSet) {
    event flag;
    std::atomic<bool> over{false};
    std::atomic<std::size_t> passed{0};
    std::thread toggle([&] {
        while (!over) {
            flag.set();
            flag.clear();
            std::this_thread::yield();
        }
    });
    crowd tasks(home, {.count = tasks_many, .cancels = cancels_many, .seed = 7});
    tasks.run([&](std::size_t) -> task<void> {
        for (int round = 0; round < 5; ++round) co_await flag.wait();
        ++passed;
    });
    over = true;
    toggle.join();
    EXPECT_EQ(passed + tasks.cancelled_count(), tasks_many);
}

}  // namespace
}  // namespace troika
