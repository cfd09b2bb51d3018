// SPDX-License-Identifier: MIT
#include "lab/gil.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace troika::lab {
namespace {

constexpr duration long_time = std::chrono::hours(1);
constexpr duration short_time = std::chrono::microseconds(100);

TEST(gil, one_thread_has_it_for_the_asking) {
    gil lock(long_time);
    const gil::taking first = lock.take(1);
    EXPECT_EQ(first.before, 0u);
    EXPECT_FALSE(first.waited);
    EXPECT_FALSE(lock.must_let_go());
    const time_point gone = lock.let_go(1);   // returns at once: nobody has asked
    const gil::taking again = lock.take(1);
    EXPECT_EQ(again.before, 1u);
    EXPECT_EQ(again.let_go, gone);
    EXPECT_EQ(lock.switches(), 1u);
    EXPECT_EQ(lock.requests(), 0u);
    lock.let_go(1);
}

TEST(gil, a_blocking_call_lets_another_have_it_without_asking) {
    gil lock(long_time);   // within an hour nobody asks
    lock.take(1);
    gil::taking seen;
    std::jthread other([&] {
        seen = lock.take(2);
        lock.let_go(2);
    });
    const time_point gone = lock.let_go(1);
    other.join();
    EXPECT_EQ(seen.before, 1u);
    EXPECT_GE(seen.let_go, gone);
    EXPECT_EQ(lock.switches(), 2u);
    EXPECT_EQ(lock.requests(), 0u);
}

TEST(gil, who_computes_is_asked_after_the_interval_and_hands_it_over) {
    gil lock(short_time);
    lock.take(1);
    std::atomic<bool> has_it = false;
    std::jthread other([&] {
        const gil::taking seen = lock.take(2);
        EXPECT_TRUE(seen.waited);
        EXPECT_EQ(seen.before, 1u);
        has_it = true;
        lock.let_go(2);
    });
    while (!lock.must_let_go()) std::this_thread::yield();
    EXPECT_FALSE(has_it);   // asking is not having
    EXPECT_EQ(lock.requests(), 1u);
    lock.let_go(1);
    EXPECT_GE(lock.switches(), 2u);   // it came back only when the other had taken it
    lock.take(1);
    EXPECT_FALSE(lock.must_let_go());
    other.join();
    EXPECT_TRUE(has_it);
    EXPECT_EQ(lock.switches(), 3u);
    lock.let_go(1);
}

TEST(gil, keeps_all_but_one_out) {
    gil lock(short_time);
    constexpr std::uint32_t threads = 4;
    constexpr int rounds = 300;
    int inside = 0;   // not atomic: that is the point
    std::uint64_t done = 0;
    {
        std::vector<std::jthread> all;
        for (std::uint32_t me = 1; me <= threads; ++me)
            all.emplace_back([&, me] {
                for (int i = 0; i < rounds; ++i) {
                    lock.take(me);
                    EXPECT_EQ(++inside, 1);
                    for (int j = 0; j < 100 && !lock.must_let_go(); ++j) ++done;
                    EXPECT_EQ(--inside, 0);
                    lock.let_go(me);
                }
            });
    }
    EXPECT_GE(done, 1u);
    EXPECT_GE(lock.switches(), threads);
}

TEST(gil, a_waiter_gets_it_although_another_never_blocks) {
    gil lock(short_time);
    std::atomic<bool> over = false;
    std::jthread greedy([&] {
        lock.take(1);
        while (!over) {
            if (!lock.must_let_go()) continue;
            lock.let_go(1);
            lock.take(1);
        }
        lock.let_go(1);
    });
    for (int i = 0; i < 20; ++i) {
        lock.take(2);
        lock.let_go(2);
    }
    over = true;
    greedy.join();
    EXPECT_GE(lock.switches(), 2u);
}

}  // namespace
}  // namespace troika::lab
