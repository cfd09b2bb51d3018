// SPDX-License-Identifier: MIT
#include <troika/pool/eventcount.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace troika::impl {
namespace {

TEST(Eventcount, CountsWhoSearchesAndWhoSleeps) {
    eventcount<> idle;
    EXPECT_FALSE(idle.seems_needed());
    idle.notify();   // for nobody
    idle.search_began();
    EXPECT_EQ(idle.searching(), 1u);
    idle.announce();
    EXPECT_EQ(idle.searching(), 0u);
    EXPECT_EQ(idle.sleeping(), 1u);
    EXPECT_TRUE(idle.seems_needed());
    idle.retract();
    EXPECT_EQ(idle.searching(), 1u);
    EXPECT_EQ(idle.sleeping(), 0u);
    idle.search_ended();
    EXPECT_EQ(idle.searching(), 0u);
}

TEST(Eventcount, AWakeBetweenAnnouncementAndSleepIsKept) {
    eventcount<> idle;
    idle.search_began();
    idle.announce();
    idle.notify();
    EXPECT_EQ(idle.searching(), 1u);   // it counts as searching at once
    EXPECT_FALSE(idle.seems_needed());
    idle.notify();                     // one is on its way: no more are woken
    idle.sleep();                      // returns
    EXPECT_EQ(idle.searching(), 1u);
    EXPECT_EQ(idle.sleeping(), 0u);
    idle.announce();
    idle.notify();
    idle.retract();                    // takes the wake that was meant for it
    EXPECT_EQ(idle.searching(), 1u);
    EXPECT_EQ(idle.sleeping(), 0u);
    idle.search_ended();
}

TEST(Eventcount, WakesAll) {
    constexpr int sleepers = 4;
    eventcount<> idle;
    std::vector<std::thread> threads;
    std::atomic<int> awake{0};
    for (int i = 0; i < sleepers; ++i)
        threads.emplace_back([&] {
            idle.search_began();
            idle.announce();
            idle.sleep();
            ++awake;
        });
    while (idle.sleeping() != sleepers) std::this_thread::yield();
    EXPECT_EQ(awake, 0);
    idle.notify_all();
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(awake, sleepers);
    EXPECT_EQ(idle.searching(), static_cast<std::uint32_t>(sleepers));
}

// Tokens come one by one; workers take them and sleep when there are none. Were a wake lost, the
// last tokens would stay, and the test would never end.
TEST(Eventcount, LosesNoWake) {
    constexpr int tokens_all = 100'000;
    constexpr int workers = 3;
    eventcount<> idle;
    std::atomic<int> tokens{0};
    std::atomic<int> taken{0};
    std::atomic<bool> over{false};
    const auto take = [&] {
        int there = tokens.load();
        while (there > 0)
            if (tokens.compare_exchange_weak(there, there - 1)) return true;
        return false;
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < workers; ++i)
        threads.emplace_back([&] {
            idle.search_began();
            while (!over) {
                if (take()) {
                    idle.search_ended();
                    while (take()) ++taken;
                    ++taken;
                    idle.search_began();
                    continue;
                }
                idle.announce();
                if (tokens.load() > 0 || over)
                    idle.retract();
                else
                    idle.sleep();
            }
        });
    for (int i = 0; i < tokens_all; ++i) {
        ++tokens;
        idle.notify();
        // Now and then all of them, so that the workers fall asleep again and again.
        if (i % 16 == 0)
            while (taken != i + 1) std::this_thread::yield();
    }
    while (taken != tokens_all) std::this_thread::yield();
    over = true;
    idle.notify_all();
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(tokens, 0);
}

}  // namespace
}  // namespace troika::impl
