// SPDX-License-Identifier: MIT
#include <troika/pool/thread_pool.hpp>

#include <troika/core/errors.hpp>
#include <troika/loop/run.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class Mapped : public ::testing::TestWithParam<std::size_t> {
protected:
    thread_pool threads{{.workers = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Workers, Mapped, ::testing::Values(1, 2, 4));

int square(int i) { return i * i; }

/// Lets calls wait until it is opened.
class gate {
public:
    void pass() {
        ++arrived_;
        arrived_.notify_all();
        open_.wait(false);
    }
    void open() {
        open_ = true;
        open_.notify_all();
    }
    void wait_for_arrivals(int count) {
        for (int seen = arrived_; seen < count; seen = arrived_) arrived_.wait(seen);
    }
    [[nodiscard]] int arrived() const { return arrived_; }

private:
    std::atomic<int> arrived_ = 0;
    std::atomic<bool> open_ = false;
};

TEST_P(Mapped, GivesTheResultsInOrder) {
    for (const int count : {0, 1, 2, 100, 1000})
        for (const std::size_t chunk : {1u, 7u, 10'000u})
            for (const std::size_t buffer : {0u, 1u, 10u}) {
                int next = 0;
                for (const int result : threads.map(square, std::views::iota(0, count),
                                                    {.chunk = chunk, .buffer_max = buffer})) {
                    ASSERT_EQ(result, next * next);
                    ++next;
                }
                EXPECT_EQ(next, count);
            }
}

TEST_P(Mapped, GivesTheResultsAsTheyAreCompletedWhereTheOrderDoesNotMatter) {
    std::vector<int> inputs(1000);
    std::iota(inputs.begin(), inputs.end(), 0);
    for (const std::size_t chunk : {1u, 7u, 10'000u}) {
        std::vector<int> results;
        for (const int each : threads.map(square, inputs, {.chunk = chunk, .ordered = false}))
            results.push_back(each);
        std::ranges::sort(results);
        ASSERT_EQ(results.size(), 1000U);
        for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i * i);
    }
    int left = 10;   // early
    for ([[maybe_unused]] const int each : threads.map(square, inputs, {.ordered = false}))
        if (--left == 0) break;
}

TEST_P(Mapped, AResultThatIsThereDoesNotWaitForOneThatIsNot) {
    if (GetParam() < 2) return;
    gate first;
    const auto call = [&](int i) {
        if (i == 0) first.pass();
        return i;
    };
    std::vector<int> results;
    for (const int each : threads.map(call, std::vector{0, 1, 2}, {.ordered = false})) {
        results.push_back(each);
        if (results.size() == 2) first.open();
    }
    EXPECT_EQ(results.back(), 0);
}

TEST_P(Mapped, IsAnInputRange) {
    const std::vector<int> inputs{1, 2, 3, 4};
    auto results = threads.map(square, inputs);
    static_assert(std::ranges::input_range<decltype(results)>);
    std::vector<int> taken;
    for (const int each : results | std::views::take(3)) taken.push_back(each);
    EXPECT_THAT(taken, ElementsAre(1, 4, 9));
}

TEST_P(Mapped, ReadsInputsThatPassButOnce) {
    std::istringstream text("1 2 3 4 5");
    std::vector<int> taken;
    for (const int each :
         threads.map(square, std::views::istream<int>(text), {.chunk = 2, .buffer_max = 2}))
        taken.push_back(each);
    EXPECT_THAT(taken, ElementsAre(1, 4, 9, 16, 25));
}

TEST_P(Mapped, UsesInputsOfTheCallerWhereTheyAre) {
    std::vector<std::unique_ptr<int>> inputs;
    for (int i = 0; i < 3; ++i) inputs.push_back(std::make_unique<int>(i));
    const auto change = [](std::unique_ptr<int>& each) -> int& { return *each += 10; };
    for (int& each : threads.map(change, inputs)) ++each;
    EXPECT_EQ(*inputs[2], 13);
    for (int& each : threads.map(change, std::move(inputs))) EXPECT_GE(each, 21);
}

TEST_P(Mapped, ResultsNeedOnlyBeMovable) {
    const auto own = [](int i) { return std::make_unique<int>(i); };
    int sum = 0;
    for (auto each : threads.map(own, std::vector<int>{1, 2, 3})) sum += *each;
    EXPECT_EQ(sum, 6);
}

TEST_P(Mapped, CallsFunctionsThatGiveNothing) {
    std::atomic<int> calls = 0;
    const auto count = [&](int) { ++calls; };
    int results = 0;
    for ([[maybe_unused]] auto&& each : threads.map(count, std::vector<int>{1, 2, 3})) ++results;
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(results, 3);
}

TEST_P(Mapped, SubmitsNoMoreThanTheBufferAhead) {
    std::atomic<int> read = 0;
    const auto inputs = std::views::iota(0, 1000) | std::views::transform([&](int i) {
                            ++read;
                            return i;
                        });
    int taken = 0;
    for ([[maybe_unused]] const int each :
         threads.map(square, inputs, {.chunk = 2, .buffer_max = 6})) {
        ++taken;
        ASSERT_LE(read, taken + 6);
    }
    EXPECT_EQ(taken, 1000);
}

TEST_P(Mapped, AFailureComesInItsPlaceAndTheRestIsStillToBeHad) {
    const auto fail_odd = [](int i) {
        if (i % 2 == 1) throw std::runtime_error(std::to_string(i));
        return i;
    };
    auto results = threads.map(fail_odd, std::views::iota(0, 5), {.chunk = 3});
    std::vector<std::string> seen;
    for (auto at = results.begin(); at != results.end(); ++at) {
        try {
            seen.push_back("+" + std::to_string(*at));
        } catch (const std::runtime_error& error) {
            seen.push_back(std::string("-") + error.what());
        }
    }
    EXPECT_THAT(seen, ElementsAre("+0", "-1", "+2", "-3", "+4"));
}

TEST_P(Mapped, AnotherLoopGoesOnAfterAFailure) {
    const auto fail_two = [](int i) {
        if (i == 2) throw std::runtime_error("two");
        return i;
    };
    auto results = threads.map(fail_two, std::views::iota(0, 5));
    std::vector<int> seen;
    const auto go_on = [&] {
        for (const int each : results) seen.push_back(each);
    };
    EXPECT_THROW(go_on(), std::runtime_error);
    go_on();
    EXPECT_THAT(seen, ElementsAre(0, 1, 3, 4));
}

TEST_P(Mapped, WhatReadingTheInputsThrowsComesAfterTheResultsBefore) {
    const auto inputs = std::views::iota(0, 10) | std::views::transform([](int i) {
                            if (i == 3) throw std::out_of_range("input 3");
                            return i;
                        });
    auto results = threads.map(square, inputs, {.chunk = 2});
    std::vector<int> seen;
    const auto go_on = [&] {
        for (const int each : results) seen.push_back(each);
    };
    EXPECT_THROW(go_on(), std::out_of_range);
    EXPECT_THAT(seen, ElementsAre(0, 1, 4));
    go_on();
    EXPECT_EQ(seen.size(), 3u);
}

TEST_P(Mapped, ThrowsWhenTheTimeIsUpAndGivesTheResultLater) {
    gate here;
    const auto wait = [&](int i) {
        here.pass();
        return i;
    };
    auto results = threads.map(wait, std::vector<int>{7}, {.timeout = 1ms});
    EXPECT_THROW(results.begin(), timeout_error);
    here.open();
    while (true) {   // the time stays up until the result is there
        try {
            EXPECT_EQ(*results.begin(), 7);
            break;
        } catch (const timeout_error&) {
            std::this_thread::yield();
        }
    }
}

TEST_P(Mapped, LeftEarlyItWaitsForWhatRunsAndBeginsNoMore) {
    gate here;
    std::atomic<int> ended = 0;
    std::thread opener;
    const auto call = [&](int i) {
        if (i > 0) here.pass();
        ++ended;
        return i;
    };
    {
        auto results = threads.map(call, std::views::iota(0, 1000), {.buffer_max = 100});
        auto first = results.begin();
        EXPECT_EQ(*first, 0);
        here.wait_for_arrivals(1);
        opener = std::thread([&] { here.open(); });
    }
    const int calls = ended;
    EXPECT_EQ(calls, here.arrived() + 1);
    opener.join();
    threads.shutdown();
    EXPECT_EQ(ended, calls);
}

TEST_P(Mapped, WorksWithinAJobOfItsOwnPool) {
    const auto sum = [&] {
        int total = 0;
        for (const int each : threads.map(square, std::views::iota(0, 100))) total += each;
        return total;
    };
    EXPECT_EQ(threads.submit(sum).get(), 328'350);
}

TEST_P(Mapped, IsTakenByTasksStepByStep) {
    auto work = [&]() -> task<int> {
        int total = 0;
        auto results = threads.map(square, std::views::iota(0, 100), {.chunk = 3});
        while (auto each = co_await results.next()) total += *each;
        auto none = co_await results.next();
        EXPECT_FALSE(none.has_value());
        co_return total;
    };
    EXPECT_EQ(run(work()), 328'350);
    EXPECT_EQ(threads.submit(work()).get(), 328'350);
}

TEST_P(Mapped, ATaskGetsFailuresInTheirPlaceAndTimeouts) {
    gate here;
    const auto call = [&](int i) {
        if (i == 0) throw std::runtime_error("zero");
        here.pass();
        return i;
    };
    auto work = [&]() -> task<void> {
        auto results = threads.map(call, std::vector<int>{0, 5}, {.timeout = 5ms});
        int failures = 0;
        int late = 0;
        // A slow machine may not have it in time; then it is there later.
        while (failures == 0) {
            try {
                co_await results.next();
            } catch (const timeout_error&) {
                continue;
            } catch (const std::runtime_error& error) {
                failures += std::string(error.what()) == "zero" ? 1 : 0;
            }
        }
        try {
            co_await results.next();
        } catch (const timeout_error&) {
            ++late;
        }
        EXPECT_EQ(failures, 1);
        EXPECT_EQ(late, 1);
        here.open();
        co_await results.close();
        auto none = co_await results.next();
        EXPECT_FALSE(none.has_value());
    };
    run(work());
}

TEST_P(Mapped, ACancelledTaskWaitsForWhatRuns) {
    gate here;
    std::atomic<int> ended = 0;
    const auto call = [&](int i) {
        here.pass();
        ++ended;
        return i;
    };
    auto work = [&]() -> task<void> {
        auto results = threads.map(call, std::views::iota(0, 100), {.buffer_max = 50});
        co_await results.next();
    };
    auto main = [&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
            future<void> running = group.create_task(work());
            co_await yield_now();
            here.wait_for_arrivals(1);
            running.cancel();
            co_await yield_now();
            EXPECT_FALSE(running.done());
            here.open();
            bool stopped = false;
            try {
                co_await running;
            } catch (const cancelled&) {
                stopped = true;
            }
            EXPECT_TRUE(stopped);
            EXPECT_EQ(ended, here.arrived());
        });
    };
    run(main());
    EXPECT_LT(ended, 50);
}

TEST_P(Mapped, IsRefusedByAPoolThatWasShutDown) {
    threads.shutdown();
    EXPECT_THROW(threads.map(square, std::vector<int>{1}), std::runtime_error);
}

TEST_P(Mapped, OnAThreadThatRunsALoopItIsNotBlockedOn) {
    gate here;
    const auto call = [&](int i) {
        here.pass();
        return i;
    };
    auto work = [&]() -> task<void> {
        auto results = threads.map(call, std::vector<int>{1});
        EXPECT_THROW(results.begin(), std::logic_error);
        here.open();
        co_await results.close();
    };
    run(work());
}

}  // namespace
}  // namespace troika
