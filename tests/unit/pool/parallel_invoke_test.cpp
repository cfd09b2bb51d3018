// SPDX-License-Identifier: MIT
#include <troika/pool/parallel_invoke.hpp>

#include <troika/loop/run.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace troika {
namespace {

class ParallelInvoke : public ::testing::TestWithParam<std::size_t> {
protected:
    thread_pool threads{{.workers = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Workers, ParallelInvoke, ::testing::Values(1, 2, 4));

TEST_P(ParallelInvoke, CallsEachOnce) {
    int a = 0;
    int b = 0;
    int c = 0;
    parallel_invoke(threads, [&] { ++a; });
    parallel_invoke(
        threads, [&] { ++a; }, [&] { ++b; });
    parallel_invoke(
        threads, [&] { ++a; }, [&] { ++b; }, [&] { ++c; });
    EXPECT_EQ(a, 3);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 1);
}

long fib(thread_pool& threads, int n) {
    if (n < 2) return n;
    long a = 0;
    long b = 0;
    parallel_invoke(
        threads, [&] { a = fib(threads, n - 1); }, [&] { b = fib(threads, n - 2); });
    return a + b;
}

TEST_P(ParallelInvoke, WorksWithinItself) { EXPECT_EQ(fib(threads, 15), 610); }

TEST_P(ParallelInvoke, UsesFunctionsWhereTheyAre) {
    struct {
        int calls = 0;
        void operator()() { ++calls; }
    } named;
    parallel_invoke(threads, named, [owned = std::make_unique<int>(1)] { EXPECT_EQ(*owned, 1); });
    EXPECT_EQ(named.calls, 1);
}

TEST_P(ParallelInvoke, ThrowsWhatOneThrew) {
    EXPECT_THROW(parallel_invoke(
                     threads, [] {}, [] { throw std::out_of_range("two"); }, [] {}),
                 std::out_of_range);
}

TEST_P(ParallelInvoke, IsATaskWhereItIsAwaited) {
    std::atomic<int> calls = 0;
    auto call = [&] { ++calls; };
    auto work = [&]() -> task<void> {
        co_await parallel_invoke(awaited(threads), call, call, call);
    };
    run(work());
    EXPECT_EQ(calls, 3);
    threads.submit(work()).get();
    EXPECT_EQ(calls, 6);
}

TEST(ParallelInvokeInATask, SkipsWhatHasNotBegunOnceItIsCancelled) {
    thread_pool threads{{.workers = 1}};
    bool skipped = true;
    auto work = [&]() -> task<void> {
        parallel_invoke(
            threads, [] { current_task().cancel(); }, [&] { skipped = false; });
        co_return;
    };
    auto run_it = [&] { threads.submit(work()).get(); };
    EXPECT_THROW(run_it(), cancelled);
    EXPECT_TRUE(skipped);
}

}  // namespace
}  // namespace troika
