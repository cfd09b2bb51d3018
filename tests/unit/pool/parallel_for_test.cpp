// SPDX-License-Identifier: MIT
#include <troika/pool/parallel_for.hpp>

#include <troika/loop/run.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace troika {
namespace {

class ParallelFor : public ::testing::TestWithParam<std::size_t> {
protected:
    thread_pool threads{{.workers = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Workers, ParallelFor, ::testing::Values(1, 2, 4));

TEST_P(ParallelFor, CallsWithEachIndexOnce) {
    for (const long count : {0L, 1L, 2L, 17L, 1000L, 100'000L}) {
        for (const std::size_t grain : {0u, 1u, 7u, 100'000'000u}) {
            std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
            parallel_for(threads, 0L, count, [&](long i) { ++calls[static_cast<std::size_t>(i)]; },
                         {.grain = grain});
            for (auto& each : calls) ASSERT_EQ(each, 1) << count << ' ' << grain;
        }
    }
}

TEST_P(ParallelFor, CallsWithEachElementOnce) {
    std::vector<int> numbers(1000, 1);
    std::deque<int> others(1000, 1);
    const auto twice = [](int& each) { each *= 2; };
    parallel_for(threads, numbers, twice);
    parallel_for(threads, others, twice, {.grain = 10});
    EXPECT_EQ(numbers, std::vector<int>(1000, 2));
    EXPECT_EQ(others, std::deque<int>(1000, 2));
}

TEST_P(ParallelFor, TakesIndicesOfAnyIntegerTypeUpToItsEnds) {
    std::atomic<int> calls = 0;
    parallel_for(threads, std::int8_t{-128}, std::int8_t{127}, [&](std::int8_t) { ++calls; });
    EXPECT_EQ(calls, 255);
    parallel_for(threads, std::uint8_t{0}, std::uint8_t{255}, [&](std::uint8_t) { ++calls; });
    EXPECT_EQ(calls, 510);
    std::atomic<std::int64_t> sum = 0;
    parallel_for(threads, -10, 11, [&](int i) { sum += i; });
    EXPECT_EQ(sum, 0);
    parallel_for(threads, 0, std::size_t{5}, [&](std::size_t i) { sum += static_cast<long>(i); });
    EXPECT_EQ(sum, 10);
}

TEST_P(ParallelFor, AnEmptyOrReversedRangeIsNothing) {
    const auto fail = [](int) { ADD_FAILURE(); };
    parallel_for(threads, 3, 3, fail);
    parallel_for(threads, 3, -3, fail);
    std::vector<int> none;
    parallel_for(threads, none, fail);
    EXPECT_THROW(parallel_for(threads, -1, 3u, [](unsigned) {}), std::invalid_argument);
}

TEST_P(ParallelFor, ThrowsWhatACallThrewAndSoonCallsNoMore) {
    std::atomic<long> calls = 0;
    const auto call = [&](long i) {
        ++calls;
        if (i == 1000) throw std::out_of_range("1000");
    };
    EXPECT_THROW(parallel_for(threads, 0L, std::int64_t{1} << 40, call), std::out_of_range);
    EXPECT_LT(calls, std::int64_t{1} << 39);
}

TEST_P(ParallelFor, WorksWithinItself) {
    std::atomic<int> calls = 0;
    parallel_for(threads, 0, 30, [&](int) { parallel_for(threads, 0, 30, [&](int) { ++calls; }); });
    EXPECT_EQ(calls, 900);
}

TEST_P(ParallelFor, WorksWithinJobsAndTasks) {
    std::atomic<int> calls = 0;
    const auto count = [&] { parallel_for(threads, 0, 100, [&](int) { ++calls; }); };
    threads.submit(count).get();
    auto in_task = [&]() -> task<void> {
        count();
        co_return;
    };
    threads.submit(in_task()).get();
    EXPECT_EQ(calls, 200);
}

TEST_P(ParallelFor, CallsOnWhereACallHasBlocked) {
    std::atomic<int> calls = 0;
    thread_pool others{{.workers = 1}};
    parallel_for(threads, 0, 100, [&](int i) {
        if (i == 0) others.submit([] { std::this_thread::yield(); }).get();
        ++calls;
    });
    EXPECT_EQ(calls, 100);
}

TEST_P(ParallelFor, OfACancelledTaskOfThePoolDoesNotGoOn) {
    std::atomic<bool> begun = false;
    std::atomic<bool> saw_cancelled = false;
    auto work = [&]() -> task<void> {
        try {
            parallel_for(threads, 0L, std::int64_t{1} << 60, [&](long) {
                begun = true;
                begun.notify_all();
            });
        } catch (const cancelled&) {
            saw_cancelled = true;
            throw;
        }
        co_return;
    };
    future<void> running = threads.submit(work());
    begun.wait(false);
    running.cancel();
    EXPECT_THROW(running.get(), cancelled);
    EXPECT_TRUE(saw_cancelled);
}

TEST_P(ParallelFor, IsATaskWhereItIsAwaited) {
    std::vector<int> numbers(1000, 1);
    auto twice = [](int& each) { each *= 2; };
    auto work = [&]() -> task<void> {
        std::atomic<int> calls = 0;
        auto count = [&](long) { ++calls; };
        co_await parallel_for(awaited(threads), 0L, 500L, count, {.grain = 3});
        EXPECT_EQ(calls, 500);
        co_await parallel_for(awaited(threads), numbers, twice);
    };
    run(work());
    threads.submit(work()).get();
    EXPECT_EQ(numbers, std::vector<int>(1000, 4));
}

TEST_P(ParallelFor, AwaitedKeepsWhatItWasGivenForGood) {
    auto owner = std::make_shared<std::atomic<int>>(0);
    auto work = parallel_for(awaited(threads), std::vector<int>(100, 1),
                             [owner](int each) { *owner += each; });
    EXPECT_EQ(owner.use_count(), 2);
    run(std::move(work));
    EXPECT_EQ(*owner, 100);
}

TEST_P(ParallelFor, AwaitedThrowsWhatACallThrew) {
    auto fails = [](int i) {
        if (i == 70) throw std::out_of_range("70");
    };
    EXPECT_THROW(run(parallel_for(awaited(threads), 0, 100, fails)), std::out_of_range);
}

TEST_P(ParallelFor, AwaitedAndCancelledWaitsForWhatRuns) {
    std::atomic<bool> begun = false;
    std::atomic<int> inside = 0;
    std::atomic<bool> let_go = false;
    auto call = [&](long) {
        ++inside;
        begun = true;
        begun.notify_all();
        let_go.wait(false);
        --inside;
    };
    auto work = [&]() -> task<void> {
        co_await parallel_for(awaited(threads), 0L, std::int64_t{1} << 60, call);
    };
    event_loop loop;
    auto main = [&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
            future<void> running = group.create_task(work());
            co_await yield_now();
            begun.wait(false);   // it runs: the loop may stand still for that moment
            running.cancel();
            co_await yield_now();
            EXPECT_FALSE(running.done());
            let_go = true;
            let_go.notify_all();
            bool stopped = false;
            try {
                co_await running;
            } catch (const cancelled&) {
                stopped = true;
            }
            EXPECT_TRUE(stopped);
            EXPECT_EQ(inside, 0);
        });
    };
    loop.run(main());
}

TEST_P(ParallelFor, AwaitedAndCancelledBeforeItBeganNeverDoes) {
    std::atomic<int> holding = 0;
    std::atomic<bool> let_go = false;
    std::vector<future<void>> holders;
    for (std::size_t i = 0; i < threads.size(); ++i)
        holders.push_back(threads.submit([&] {
            ++holding;
            holding.notify_all();
            let_go.wait(false);
        }));
    for (int i = 0; i < static_cast<int>(threads.size());) {
        holding.wait(i);
        i = holding;
    }
    auto fail = [](int) { ADD_FAILURE() << "called"; };
    auto main = [&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
            future<void> work = group.create_task(parallel_for(awaited(threads), 0, 100, fail));
            co_await yield_now();
            work.cancel();
            bool stopped = false;
            try {
                co_await work;
            } catch (const cancelled&) {
                stopped = true;
            }
            EXPECT_TRUE(stopped);
        });
    };
    run(main());
    let_go = true;
    let_go.notify_all();
    for (auto& each : holders) each.get();
}

TEST(ParallelForOnALoop, IsRefusedWhereItWouldStopIt) {
    thread_pool threads{{.workers = 1}};
    auto main = [&]() -> task<void> {
        EXPECT_THROW(parallel_for(threads, 0, 10, [](int) {}), std::logic_error);
        co_return;
    };
    run(main());
}

}  // namespace
}  // namespace troika
