// SPDX-License-Identifier: MIT
#include <troika/tasks/as_completed.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

std::vector<task<int>> three_tasks() {
    std::vector<task<int>> works;
    works.push_back(after(3s, 3));
    works.push_back(after(1s, 1));
    works.push_back(after(2s, 2));
    return works;
}

TEST(AsCompleted, GivesTasksInTheOrderInWhichTheyEnd) {
    std::vector<int> order;
    auto main = [&]() -> task<void> {
        auto completed = as_completed(three_tasks());
        EXPECT_EQ(completed.left(), 3u);
        while (auto done = co_await completed.next()) order.push_back(co_await *done);
        EXPECT_EQ(completed.left(), 0u);
        auto more = co_await completed.next();
        EXPECT_FALSE(more.has_value());
    };
    virtual_loop here;
    here.run(main());
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 3));
    EXPECT_EQ(here.elapsed(), 3s);
}

TEST(AsCompleted, GivesFailuresAsFuturesThatThrow) {
    auto main = [&]() -> task<void> {
        std::vector<task<int>> works;
        works.push_back(fail_after(1s, "no"));
        works.push_back(after(2s, 2));
        auto completed = as_completed(std::move(works));
        auto first = co_await completed.next();
        EXPECT_EQ(describe(first->exception()), "no");
        auto second = co_await completed.next();
        EXPECT_EQ(second->get(), 2);
    };
    run_virtual(main());
}

TEST(AsCompleted, TasksLeftBehindAreCancelledAndTheLoopWaitsForThem) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        std::vector<task<void>> works;
        works.push_back(nothing_after(1s));
        works.push_back(clean_up_slowly(5s, log));
        auto completed = as_completed(std::move(works));
        auto first = co_await completed.next();
        EXPECT_TRUE(first->done());
        log.push_back("left");
    };
    here.run(main());
    EXPECT_THAT(log, testing::ElementsAre("left", "cleaned up"));
    EXPECT_EQ(here.elapsed(), 6s);
}

TEST(AsCompleted, LeftBehindInATaskOfAGroupTheyGoToTheLoopToo) {
    std::vector<std::string> log;
    virtual_loop here;
    auto leave = [&]() -> task<void> {
        std::vector<task<void>> works;
        works.push_back(clean_up_slowly(5s, log));
        auto completed = as_completed(std::move(works));
        co_await yield_now();
    };
    auto nested = [&]() -> task<void> {
        std::vector<task<void>> works;
        works.push_back(leave());
        auto completed = as_completed(std::move(works));
        auto first = co_await completed.next();
        EXPECT_TRUE(first->done());
        EXPECT_EQ(here.loop().roots().task_count(), 2u);   // this one, and what was left behind
    };
    here.run(nested());
    EXPECT_THAT(log, testing::ElementsAre("cleaned up"));
}

TEST(AsCompleted, ACancelledStepCancelsTheTasksAndWaitsForThem) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        std::vector<task<void>> works;
        works.push_back(clean_up_slowly(5s, log));
        auto completed = as_completed(std::move(works));
        bool was_cancelled = false;
        try {
            auto first = co_await completed.next();
        } catch (const cancelled&) {
            was_cancelled = true;
        }
        EXPECT_TRUE(was_cancelled);
        log.push_back("left");
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THAT(log, testing::ElementsAre("cleaned up", "left"));
}

TEST(AsCompleted, OneTimeoutForAll) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        auto completed = as_completed(three_tasks(), {.timeout = 2500ms});
        auto first = co_await completed.next();
        auto second = co_await completed.next();
        EXPECT_EQ(second->get(), 2);
        auto third = co_await completed.next();
    };
    EXPECT_THROW(here.run(main()), timeout_error);
    EXPECT_EQ(here.elapsed(), 2500ms);
}

TEST(AsCompleted, FuturesThatAreDoneComeFirstInTheirOrder) {
    std::vector<int> order;
    virtual_loop here;
    std::vector<future<int>> futures;
    for (task<int>& each : three_tasks()) futures.push_back(here.start(std::move(each)));
    futures.push_back(futures.front());   // the same once more
    auto main = [&]() -> task<void> {
        co_await sleep(2500ms);
        auto completed = as_completed(futures);
        while (auto done = co_await completed.next()) order.push_back(co_await *done);
    };
    here.run(main());
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 3));
    EXPECT_EQ(futures.front().get(), 3);
}

TEST(AsCompleted, LeavingFuturesLeavesTheirWorkAlone) {
    virtual_loop here;
    std::vector<future<int>> futures;
    for (task<int>& each : three_tasks()) futures.push_back(here.start(std::move(each)));
    auto main = [&]() -> task<void> {
        {
            auto completed = as_completed(futures);
            auto first = co_await completed.next();
            EXPECT_EQ(first->get(), 1);
        }
        const int slowest = co_await futures[0];
        EXPECT_EQ(slowest, 3);
    };
    here.run(main());
}

TEST(AsCompleted, AThreadGoesThroughFuturesOfAnotherThread) {
    std::vector<promise<int>> promises(3);
    std::vector<future<int>> futures;
    for (auto& each : promises) futures.push_back(each.get_future());
    promises[1].set_value(1);
    std::vector<int> order;
    std::thread other;
    for (auto& done : as_completed(futures)) {
        order.push_back(done.get());
        if (order.size() == 1)
            other = std::thread([&] {
                promises[2].set_value(2);
                promises[0].set_value(0);
            });
    }
    other.join();
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 0));
}

TEST(AsCompleted, AThreadThatRunsOutOfTimeIsTold) {
    promise<int> owed;
    std::vector futures{owed.get_future()};
    auto go_through = [&] {
        for (auto& done : as_completed(futures, {.timeout = 0s})) EXPECT_TRUE(done.done());
    };
    EXPECT_THROW(go_through(), timeout_error);
    owed.set_value(1);
    go_through();   // what is done is given whatever the time
}

TEST(AsCompleted, BlockingALoopIsRefused) {
    auto main = []() -> task<void> {
        promise<int> owed;
        std::vector futures{owed.get_future()};
        EXPECT_THROW(as_completed(futures).begin(), std::logic_error);
        co_return;
    };
    run_virtual(main());
}

TEST(AsCompleted, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        std::vector<task<std::unique_ptr<int>>> works;
        works.push_back(box_after(2s, 2));
        works.push_back(box_after(1s, 1));
        auto completed = as_completed(std::move(works));
        int count = 0;
        while (auto done = co_await completed.next()) {
            ++count;
            co_await yield_now();
        }
        EXPECT_EQ(count, 2);
    };
    EXPECT_GT(cancel_at_each_turn(scenario), 5u);
    auto leaving = []() -> task<void> {
        std::vector<task<std::unique_ptr<int>>> works;
        works.push_back(box_after(2s, 2));
        works.push_back(box_after(1s, 1));
        auto completed = as_completed(std::move(works));
        auto first = co_await completed.next();
        EXPECT_EQ(*first->get(), 1);
    };
    EXPECT_GT(cancel_at_each_turn(leaving), 3u);
}

}  // namespace
}  // namespace troika
