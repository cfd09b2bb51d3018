// SPDX-License-Identifier: MIT
#include <troika/sync/priority_queue.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troika {
namespace {

using namespace testing_support;

template <class Q>
auto drain(Q& from) {
    std::vector<typename Q::value_type> all;
    while (auto item = from.try_get()) all.push_back(std::move(*item));
    return all;
}

TEST(PriorityQueue, GivesTheSmallestFirst) {
    priority_queue<int> q{{.capacity_max = 8}};
    for (int item : {5, 1, 4, 1, 3}) EXPECT_TRUE(q.try_put(item));
    EXPECT_EQ(drain(q), (std::vector{1, 1, 3, 4, 5}));
    priority_queue<int, std::greater<int>> reversed{{.capacity_max = 8}};
    for (int item : {5, 1, 4}) EXPECT_TRUE(reversed.try_put(item));
    EXPECT_EQ(drain(reversed), (std::vector{5, 4, 1}));
}

struct job {
    int priority;
    std::string name;
};
struct by_priority {
    bool operator()(const job& a, const job& b) const noexcept { return a.priority < b.priority; }
};

TEST(PriorityQueue, IsFirstInFirstOutAmongEquals) {
    priority_queue<job, by_priority> q{{.capacity_max = 16}};
    std::string names;
    for (const char* name : {"a", "b", "c", "d", "e", "f"})
        EXPECT_TRUE(q.try_put(job{name[0] % 2, name}));
    while (auto item = q.try_get()) names += item->name;
    EXPECT_EQ(names, "bdface");
}

struct pointee_less {
    bool operator()(const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) const noexcept {
        return *a < *b;
    }
};

TEST(PriorityQueue, TakesItemsThatOnlyMove) {
    priority_queue<std::unique_ptr<int>, pointee_less> q{{.capacity_max = 4}};
    EXPECT_TRUE(q.try_put(std::make_unique<int>(2)));
    EXPECT_TRUE(q.try_put(std::make_unique<int>(1)));
    EXPECT_EQ(**q.try_get(), 1);
}   // the other goes with the queue

task<void> put(priority_queue<int>& into, int item) { co_await into.put(item); }

TEST(PriorityQueue, WhoWaitsToPutIsServedInOrderAndThenRanked) {
    run_alone([]() -> task<void> {
        priority_queue<int> q{{.capacity_max = 2}};
        children group;
        for (int item : {5, 6, 9, 1}) group.start_forgotten(put(q, item));
        co_await settle();
        std::vector<int> got;
        for (int i = 0; i < 4; ++i) {
            const int item = co_await q.get();
            got.push_back(item);
        }
        EXPECT_EQ(got, (std::vector{5, 6, 1, 9}));   // 9 went in before 1, and 1 came out before 9
        co_await group.join();
    }());
}

task<void> get(priority_queue<int>& from, std::vector<int>& log) {
    const int item = co_await from.get();
    log.push_back(item);
}

TEST(PriorityQueue, WhoWaitsToGetHasTheNextItem) {
    run_alone([]() -> task<void> {
        priority_queue<int> q{{.capacity_max = 2}};
        std::vector<int> log;
        children group;
        group.start_forgotten(get(q, log));
        group.start_forgotten(get(q, log));
        co_await settle();
        co_await q.put(9);
        co_await q.put(1);
        co_await group.join();
        EXPECT_EQ(log, (std::vector{9, 1}));
        q.shutdown();
        EXPECT_THROW(static_cast<void>(q.try_get()), queue_shut_down);
    }());
}

}  // namespace
}  // namespace troika
