// SPDX-License-Identifier: MIT
#include <troika/sync/queue.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

using namespace testing_support;

using box = std::unique_ptr<int>;

task<void> put_all(queue<int>& into, std::vector<int> items) {
    for (int item : items) co_await into.put(item);
}

task<void> get_some(queue<int>& from, std::vector<int>& log, int count) {
    for (int i = 0; i < count; ++i) {
        const int item = co_await from.get();
        log.push_back(item);
    }
}

TEST(Queue, IsFirstInFirstOutAndBounded) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 2}};
        std::vector<int> log;
        children group;
        group.start_forgotten(put_all(q, {1, 2, 3, 4, 5}));
        co_await settle();
        EXPECT_EQ(q.size(), 2u);   // the third waits
        EXPECT_TRUE(q.full());
        co_await get_some(q, log, 5);
        co_await group.join();
        EXPECT_EQ(log, (std::vector{1, 2, 3, 4, 5}));
        EXPECT_TRUE(q.empty());
    }());
}

TEST(Queue, ServesWhoWaitsToGetInOrder) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1, .name = "jobs"}};
        std::vector<int> log;
        children group;
        future<void> a = group.start(get_some(q, log, 1));
        future<void> b = group.start(get_some(q, log, 1));
        co_await settle();
        EXPECT_EQ(waits_for(a), "queue 'jobs' get (2 waiting)");
        co_await q.put(1);
        co_await q.put(2);   // a waiting getter is room
        EXPECT_FALSE(q.try_get().has_value());   // both are somebody's already
        co_await group.join();
        EXPECT_EQ(log, (std::vector{1, 2}));
    }());
}

TEST(Queue, NobodyPutsInBetween) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        children group;
        co_await q.put(1);
        future<void> waiting = group.start(put_all(q, {2}));
        co_await settle();
        EXPECT_EQ(waits_for(waiting), "queue put (1 waiting)");
        EXPECT_EQ(q.try_get(), 1);
        EXPECT_FALSE(q.try_put(3));   // the room is the waiter's
        EXPECT_EQ(q.try_get(), 2);
        EXPECT_TRUE(q.try_put(3));
        co_await group.join();
    }());
}

TEST(Queue, TryNeverWaitsAndKeepsWhatItCannotPut) {
    queue<box> q{{.capacity_max = 1}};
    EXPECT_FALSE(q.try_get().has_value());
    EXPECT_TRUE(q.try_put(std::make_unique<int>(1)));
    box second = std::make_unique<int>(2);
    EXPECT_FALSE(q.try_put(std::move(second)));
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(**q.try_get(), 1);
    EXPECT_TRUE(q.try_put(std::move(second)));
    EXPECT_EQ(second, nullptr);
    queue<std::string> words{{.capacity_max = 1}};
    const std::string word = "constant";
    EXPECT_TRUE(words.try_put(word));
    EXPECT_FALSE(words.try_put(word));
    EXPECT_EQ(words.try_get(), "constant");
}

TEST(Queue, ItemsThatAreLeftAreDestroyed) {
    auto watched = std::make_shared<int>(1);
    {
        queue<std::shared_ptr<int>> q{{.capacity_max = 4}};
        EXPECT_TRUE(q.try_put(watched));
        EXPECT_TRUE(q.try_put(watched));
        EXPECT_EQ(watched.use_count(), 3);
    }
    EXPECT_EQ(watched.use_count(), 1);
}

TEST(Queue, TakesItemsOfStrictAlignment) {
    struct alignas(64) wide {
        int value = 0;
    };
    queue<wide> q{{.capacity_max = 1}};
    EXPECT_TRUE(q.try_put(wide{.value = 5}));
    EXPECT_EQ(q.try_get()->value, 5);
}

TEST(Queue, ACancelledGetterLeavesTheItemToTheNext) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        std::vector<int> log;
        children group;
        future<void> a = group.start(get_some(q, log, 1));
        future<void> b = group.start(get_some(q, log, 1));
        co_await settle();
        a.cancel();
        co_await q.put(7);
        co_await group.join();
        EXPECT_EQ(ending(a), "cancelled");
        EXPECT_EQ(ending(b), "done");
        EXPECT_EQ(log, (std::vector{7}));
    }());
}

TEST(Queue, AGetterThatHasItsItemKeepsItThoughCancelled) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        std::vector<int> log;
        children group;
        future<void> near = group.start(get_some(q, log, 2));
        co_await settle();
        co_await q.put(7);
        near.cancel();   // it is ready, with the item
        co_await group.join();
        EXPECT_EQ(ending(near), "cancelled");   // at its second get
        future<void> far = group.start(get_some(q, log, 2));
        co_await settle();
        on_another_thread([&] { q.put(8).block(); });
        far.cancel();    // its wake is still in the inbox
        co_await group.join();
        EXPECT_EQ(ending(far), "cancelled");
        EXPECT_EQ(log, (std::vector{7, 8}));
    }());
}

TEST(Queue, ACancelledPutterLeavesItsPlace) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        children group;
        co_await q.put(1);
        future<void> a = group.start(put_all(q, {2}));
        future<void> b = group.start(put_all(q, {3}));
        co_await settle();
        a.cancel();
        EXPECT_EQ(q.try_get(), 1);
        EXPECT_EQ(q.try_get(), 3);
        co_await group.join();
        EXPECT_EQ(ending(a), "cancelled");
        EXPECT_EQ(ending(b), "done");
        EXPECT_EQ(q.unfinished(), 2u);   // a cancelled put does not count
    }());
}

TEST(Queue, APutThatHasHappenedIsNotUndoneByACancel) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        children group;
        co_await q.put(1);
        future<void> waiting = group.start(put_all(q, {2}));
        co_await settle();
        on_another_thread([&] { EXPECT_EQ(q.get().block(), 1); });
        waiting.cancel();
        co_await group.join();
        EXPECT_EQ(ending(waiting), "done");
        EXPECT_EQ(q.try_get(), 2);
    }());
}

task<void> work(queue<int>& from, int& done) {
    while (std::optional<int> item = co_await from.next()) {
        co_await yield_now();
        ++done;
        from.task_done();
    }
}

task<void> join(queue<int>& of) { co_await of.join(); }

TEST(Queue, JoinWaitsForTheWorkNotForTheItems) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 8}};
        co_await q.join();   // nothing is unfinished
        int done = 0;
        children group;
        for (int item : {1, 2, 3}) co_await q.put(item);
        future<void> joined = group.start(join(q));
        co_await settle();
        EXPECT_EQ(waits_for(joined), "queue join (3 unfinished)");
        group.start_forgotten(work(q, done));
        co_await q.join();
        EXPECT_EQ(done, 3);
        EXPECT_THROW(q.task_done(), std::logic_error);
        q.shutdown();
        co_await group.join();
        EXPECT_EQ(ending(joined), "done");
    }());
}

TEST(Queue, JoinIsCancelled) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        children group;
        co_await q.put(1);
        future<void> joined = group.start(join(q));
        co_await settle();
        joined.cancel();
        co_await group.join();
        EXPECT_EQ(ending(joined), "cancelled");
    }());
}

TEST(Queue, GracefulShutdown) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1, .name = "jobs"}};
        std::vector<int> log;
        children group;
        co_await q.put(1);
        future<void> putter = group.start(put_all(q, {2}));
        future<void> joiner = group.start(join(q));
        co_await settle();
        q.shutdown();
        co_await settle();
        EXPECT_TRUE(q.is_shut_down());
        EXPECT_THROW(putter.get(), queue_shut_down);   // its item never went in
        EXPECT_THROW(q.try_put(3), queue_shut_down);
        EXPECT_EQ(ending(joiner), "not ended");
        co_await get_some(q, log, 1);                  // what is left comes out
        EXPECT_EQ(log, (std::vector{1}));
        EXPECT_THROW(static_cast<void>(q.try_get()), queue_shut_down);
        future<void> getter = group.start(get_some(q, log, 1));
        co_await settle();
        EXPECT_EQ(ending(getter),
                  "queue 'jobs': get() after shutdown(): no item will come or go any more");
        std::optional<int> none = co_await q.next();
        EXPECT_FALSE(none.has_value());
        EXPECT_EQ(ending(joiner), "not ended");        // still somebody's work
        q.task_done();
        co_await group.join();
        EXPECT_EQ(ending(joiner), "done");
    }());
}

TEST(Queue, ShutdownSendsWaitingGettersAway) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 1}};
        std::vector<int> log;
        int done = 0;
        children group;
        future<void> getter = group.start(get_some(q, log, 1));
        future<void> worker = group.start(work(q, done));
        co_await settle();
        q.shutdown();
        co_await group.join();
        EXPECT_THROW(getter.get(), queue_shut_down);
        EXPECT_EQ(ending(worker), "done");   // next() ends a loop quietly
    }());
}

TEST(Queue, ImmediateShutdownDropsOnlyWhatNobodyHasTaken) {
    run_alone([]() -> task<void> {
        queue<std::shared_ptr<int>> q{{.capacity_max = 4}};
        auto watched = std::make_shared<int>(1);
        for (int i = 0; i < 3; ++i) co_await q.put(watched);
        std::shared_ptr<int> mine = co_await q.get();
        EXPECT_EQ(watched.use_count(), 4);
        q.shutdown({.immediate = true});
        EXPECT_EQ(watched.use_count(), 2);
        EXPECT_EQ(q.unfinished(), 1u);
        EXPECT_THROW(static_cast<void>(q.try_get()), queue_shut_down);
        q.task_done();
        co_await q.join();
    }());
}

TEST(Queue, ImmediateShutdownEndsAJoinThatWaitsForNothingElse) {
    run_alone([]() -> task<void> {
        queue<int> q{{.capacity_max = 4}};
        children group;
        for (int item : {1, 2}) co_await q.put(item);
        future<void> joined = group.start(join(q));
        co_await settle();
        q.shutdown({.immediate = true});
        co_await group.join();
        EXPECT_EQ(ending(joined), "done");
    }());
}

TEST(Queue, NeedsACapacity) {
    EXPECT_THROW(queue<int>({.capacity_max = 0}), std::invalid_argument);
}

/// What went in comes out exactly once, whatever is cancelled on the way.
struct totals {
    queue<int> q{{.capacity_max = 4}};
    std::atomic<long> in{0};
    std::atomic<long> out{0};
};

task<void> produce(totals& t, int count) {
    for (int i = 1; i <= count; ++i) {
        co_await t.q.put(i);
        t.in += i;   // no await between: a put that succeeded is counted
    }
}

task<void> consume(totals& t) {
    while (std::optional<int> item = co_await t.q.next()) {
        t.out += *item;
        t.q.task_done();
    }
}

task<void> produce_by_many(totals& t, int tasks, int count) {
    children group;
    for (int i = 0; i < tasks; ++i) group.start_forgotten(produce(t, count));
    co_await group.join();
}

task<void> consume_by_many(totals& t, int tasks) {
    children group;
    for (int i = 0; i < tasks; ++i) group.start_forgotten(consume(t));
    co_await group.join();
}

TEST(Queue, LosesNothingAcrossLoopsAndThreads) {
    totals t;
    event_loop left, right;
    std::thread consumers([&] { right.run(consume_by_many(t, 3)); });
    std::thread plain_producer([&] {
        for (int i = 1; i <= 500; ++i) {
            t.q.put(i).block();
            t.in += i;
        }
    });
    std::thread plain_consumer([&] {
        while (std::optional<int> item = t.q.next().block()) {
            t.out += *item;
            t.q.task_done();
        }
    });
    left.run(produce_by_many(t, 3, 500));
    plain_producer.join();
    t.q.join().block();
    EXPECT_EQ(t.in.load(), t.out.load());
    EXPECT_EQ(t.in.load(), 4 * 500 * 501 / 2);
    t.q.shutdown();
    consumers.join();
    plain_consumer.join();
}

task<void> cancel_consumers(totals& t, int rounds, std::uint64_t seed) {
    random chance(seed);
    for (int round = 0; round < rounds; ++round) {
        children group;
        std::vector<future<void>> started;
        for (int i = 0; i < 4; ++i) started.push_back(group.start(consume(t)));
        while (group.task_count() != 0) {
            started[chance.below(started.size())].cancel();
            co_await yield_now();
        }
        co_await group.join();
    }
}

task<void> cancel_producers(totals& t, int rounds, std::uint64_t seed) {
    random chance(seed);
    for (int round = 0; round < rounds; ++round) {
        children group;
        std::vector<future<void>> started;
        for (int i = 0; i < 4; ++i) started.push_back(group.start(produce(t, 10)));
        while (group.task_count() != 0) {
            if (chance.below(3) == 0) started[chance.below(started.size())].cancel();
            co_await yield_now();
        }
        co_await group.join();
    }
}

TEST(Queue, LosesNothingThoughBothEndsAreCancelled) {
    totals t;
    event_loop left, right;
    std::thread producers([&] { right.run(cancel_producers(t, 150, 1)); });
    std::thread steady([&] {   // so that no producer waits for ever
        while (std::optional<int> item = t.q.next().block()) {
            t.out += *item;
            t.q.task_done();
        }
    });
    left.run(cancel_consumers(t, 150, 2));
    producers.join();
    t.q.join().block();
    EXPECT_EQ(t.in.load(), t.out.load());
    t.q.shutdown();
    steady.join();
}

}  // namespace
}  // namespace troika
