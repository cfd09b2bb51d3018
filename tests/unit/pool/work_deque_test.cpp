// SPDX-License-Identifier: MIT
#include <troika/pool/work_deque.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace troika::impl {
namespace {

using deque = work_deque<std::uintptr_t>;
using theft = deque::theft;

TEST(WorkDeque, TheOwnerWorksAtOneEndThievesAtTheOther) {
    deque work;
    std::uintptr_t stolen = 0;
    EXPECT_TRUE(work.empty());
    EXPECT_EQ(work.pop(), 0u);
    EXPECT_EQ(work.steal(stolen), theft::empty);
    for (std::uintptr_t i = 1; i <= 4; ++i) EXPECT_TRUE(work.push(i));
    EXPECT_EQ(work.size(), 4u);
    EXPECT_EQ(work.pop(), 4u);
    EXPECT_EQ(work.steal(stolen), theft::taken);
    EXPECT_EQ(stolen, 1u);
    EXPECT_EQ(work.pop(), 3u);
    EXPECT_EQ(work.pop(), 2u);
    EXPECT_EQ(work.pop(), 0u);
    EXPECT_TRUE(work.empty());
    EXPECT_TRUE(work.push(5));
    EXPECT_EQ(work.steal(stolen), theft::taken);
    EXPECT_EQ(stolen, 5u);
    EXPECT_EQ(work.pop(), 0u);
}

TEST(WorkDeque, PopsOnlyWhatIsExpected) {
    deque work;
    EXPECT_FALSE(work.pop_if(7));
    work.push(7);
    work.push(8);
    EXPECT_FALSE(work.pop_if(7));
    EXPECT_TRUE(work.pop_if(8));
    EXPECT_TRUE(work.pop_if(7));
    // The slot still holds it, but it has been taken.
    EXPECT_FALSE(work.pop_if(7));
    work.push(9);
    std::uintptr_t stolen = 0;
    EXPECT_EQ(work.steal(stolen), theft::taken);
    EXPECT_FALSE(work.pop_if(9));
    EXPECT_TRUE(work.empty());
}

TEST(WorkDeque, GrowsAndKeepsTheOrder) {
    constexpr std::uintptr_t many = 10'000;
    deque work(2);
    for (std::uintptr_t i = 1; i <= many; ++i) ASSERT_TRUE(work.push(i));
    EXPECT_EQ(work.size(), many);
    std::uintptr_t stolen = 0;
    for (std::uintptr_t i = 1; i <= many / 2; ++i) {
        ASSERT_EQ(work.steal(stolen), theft::taken);
        ASSERT_EQ(stolen, i);
    }
    for (std::uintptr_t i = many; i > many / 2; --i) ASSERT_EQ(work.pop(), i);
    EXPECT_EQ(work.pop(), 0u);
}

TEST(WorkDeque, GoesRoundItsRingManyTimes) {
    deque work(4);
    std::uintptr_t stolen = 0;
    for (std::uintptr_t i = 1; i <= 1'000; ++i) {
        ASSERT_TRUE(work.push(2 * i));
        ASSERT_TRUE(work.push(2 * i + 1));
        ASSERT_EQ(work.steal(stolen), theft::taken);
        ASSERT_EQ(stolen, 2 * i);
        ASSERT_EQ(work.pop(), 2 * i + 1);
    }
}

/// The owner pushes `items`, in bursts, and pops some of them, while thieves steal.
void everything_once(std::uintptr_t items, std::uintptr_t burst, int thieves) {
    deque work(2);   // so that it grows while they steal
    std::vector<std::atomic<std::uint8_t>> taken(items + 1);
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < thieves; ++i)
        threads.emplace_back([&] {
            std::uintptr_t stolen = 0;
            while (!over.load()) {
                const theft came_to = work.steal(stolen);
                if (came_to == theft::taken)
                    ++taken[stolen];
                else if (came_to == theft::empty)
                    std::this_thread::yield();
            }
        });
    std::uintptr_t next = 1;
    while (next <= items) {
        for (std::uintptr_t i = 0; i < burst && next <= items; ++i) work.push(next++);
        for (std::uintptr_t i = 0; i < burst / 2 + 1; ++i)
            if (const std::uintptr_t mine = work.pop()) ++taken[mine];
        if (next % 3 == 0 && next <= items) {
            work.push(next);
            if (work.pop_if(next)) ++taken[next];
            ++next;
        }
    }
    while (const std::uintptr_t mine = work.pop()) ++taken[mine];
    over = true;
    for (std::thread& each : threads) each.join();
    std::size_t wrong = 0;
    for (std::uintptr_t i = 1; i <= items; ++i) wrong += taken[i] == 1 ? 0 : 1;
    EXPECT_EQ(wrong, 0u);
    EXPECT_TRUE(work.empty());
}

TEST(WorkDeque, EachItemIsTakenOnce) {
    everything_once(300'000, 1, 3);
    everything_once(300'000, 100, 3);
    everything_once(300'000, 10'000, 2);
}

}  // namespace
}  // namespace troika::impl
