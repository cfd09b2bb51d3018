// SPDX-License-Identifier: MIT
#include <troika/pool/fork_join.hpp>
#include <troika/pool/thread_pool.hpp>

#include <gtest/gtest.h>

namespace troika {
namespace {

task<long> fib(int n) {
    if (n < 2) co_return n;
    auto parts = co_await fork_join(fib(n - 1), fib(n - 2));
    auto& [a, b] = parts;
    co_return a + b;
}

TEST(ForkJoin, AddsUpWhatThievesDidToo) {
    for (const std::size_t workers : {1u, 2u, 4u}) {
        thread_pool threads{{.workers = workers}};
        EXPECT_EQ(threads.submit(fib(20)).get(), 6765);
    }
}

}  // namespace
}  // namespace troika
