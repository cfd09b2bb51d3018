// SPDX-License-Identifier: MIT
// All locks and queues in one scenario that is cancelled after each of its turns in turn.
#include <troika/sync/barrier.hpp>
#include <troika/sync/condition.hpp>
#include <troika/sync/event.hpp>
#include <troika/sync/mutex.hpp>
#include <troika/sync/priority_queue.hpp>
#include <troika/sync/queue.hpp>
#include <troika/sync/semaphore.hpp>

#include "unit/support/virtual_loop.hpp"
#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace troika {
namespace {

using namespace testing_support;

constexpr std::size_t workers = 3;

struct world {
    barrier start{workers};
    event ready;
    mutex door;
    condition changed;
    int turn = 0;
    semaphore slots{2, {.permits_max = 2}};
    queue<std::shared_ptr<int>> raw{{.capacity_max = 1}};
    priority_queue<std::shared_ptr<int>> fine{{.capacity_max = 1}};
    std::shared_ptr<int> item = std::make_shared<int>(0);
    std::size_t producing = workers;
};

task<void> produce(world& w, int me) {
    const std::size_t index = co_await w.start.wait();
    if (index == 0) w.ready.set();
    co_await w.ready.wait();
    {
        mutex::guard inside = co_await w.door.lock();
        while (w.turn != me) co_await w.changed.wait(inside);
        ++w.turn;
        w.changed.notify_all();
        co_await yield_now();
    }
    for (int i = 0; i < 2; ++i) {
        semaphore::permit slot = co_await w.slots.acquire();
        co_await w.raw.put(w.item);
    }
    if (--w.producing == 0) {
        co_await w.raw.join();
        w.raw.shutdown();
    }
}

task<void> refine(world& w) {
    while (auto item = co_await w.raw.next()) {
        co_await w.fine.put(std::move(*item));
        w.raw.task_done();
    }
    w.fine.shutdown();
}

task<void> consume(world& w, int& consumed) {
    while (auto item = co_await w.fine.next()) {
        ++consumed;
        w.fine.task_done();
    }
}

task<void> everything(int& consumed) {
    consumed = 0;
    world w;
    {
        children group;
        for (int i = 0; i < static_cast<int>(workers); ++i) group.start_forgotten(produce(w, i));
        group.start_forgotten(refine(w));
        group.start_forgotten(consume(w, consumed));
        co_await group.join();
    }
    EXPECT_FALSE(w.door.is_locked());
    EXPECT_EQ(w.slots.permits_left(), 2u);
    EXPECT_EQ(w.start.waiting(), 0u);
    const auto left = static_cast<long>(w.raw.size() + w.fine.size());
    EXPECT_EQ(w.item.use_count(), 1 + left);   // every other copy died with the one who held it
    co_await yield_now();                      // throws here if it was cancelled
}

TEST(CancelEverywhere, NothingIsHeldAndNothingLeaks) {
    int consumed = 0;
    int undisturbed = 0;
    const std::size_t runs = cancel_at_each_turn(
        [&consumed]() -> task<void> { co_await everything(consumed); },
        [&](bool was_cancelled) {
            if (was_cancelled) return;
            ++undisturbed;
            EXPECT_EQ(consumed, 2 * static_cast<int>(workers));
        });
    EXPECT_GT(runs, 20u);
    EXPECT_GE(undisturbed, 1);
}

}  // namespace
}  // namespace troika
