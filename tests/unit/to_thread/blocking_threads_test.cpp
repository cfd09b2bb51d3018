// SPDX-License-Identifier: MIT
#include "to_thread/blocking_threads.hpp"

#include <troika/loop/run.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/to_thread/to_thread.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace troika::impl {
namespace {

// All of them at once, or the latch never opens.
TEST(BlockingThreads, AreAsManyAsThereAreCallsUpToTheLimit) {
    run([]() -> task<void> {
        std::latch all(blocking_threads::threads_max);
        std::vector<task<std::thread::id>> calls;
        for (std::size_t i = 0; i < blocking_threads::threads_max; ++i)
            calls.push_back(to_thread([&all] {
                all.arrive_and_wait();
                return std::this_thread::get_id();
            }));
        const std::vector<std::thread::id> seen = co_await gather(std::move(calls));
        EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), blocking_threads::threads_max);
    }());
}

TEST(BlockingThreads, NeverMoreRunThanTheLimit) {
    run([]() -> task<void> {
        std::atomic<std::size_t> running{0};
        std::atomic<std::size_t> most{0};
        std::vector<task<void>> calls;
        for (std::size_t i = 0; i < 10 * blocking_threads::threads_max; ++i)
            calls.push_back(to_thread([&] {
                const std::size_t now = ++running;
                std::size_t before = most.load();
                while (before < now && !most.compare_exchange_weak(before, now)) {
                }
                std::this_thread::yield();
                --running;
            }));
        co_await gather(std::move(calls));
        EXPECT_LE(most.load(), blocking_threads::threads_max);
        EXPECT_EQ(running.load(), 0u);
    }());
}

}  // namespace
}  // namespace troika::impl
