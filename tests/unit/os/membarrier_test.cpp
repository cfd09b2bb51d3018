// SPDX-License-Identifier: MIT
#include "os/membarrier.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace troika::os {
namespace {

TEST(Membarrier, AnswersTheSameEachTime) {
    const bool first = membarrier();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(membarrier(), first);
}

// Store buffering, with the barrier on one side only: never do both miss the other's store.
TEST(Membarrier, OrdersTheOtherThreadAsWell) {
    if (!membarrier()) return;   // where the kernel refuses it, nobody relies on it
    constexpr std::uint32_t rounds = 20'000;
    std::atomic<std::uint32_t> mine{0};
    std::atomic<std::uint32_t> theirs{0};
    std::atomic<std::uint32_t> seen{0};
    std::atomic<std::uint32_t> answered{0};
    std::thread other([&] {
        for (std::uint32_t round = 1; round <= rounds; ++round) {
            theirs.store(round, std::memory_order_relaxed);
            std::atomic_signal_fence(std::memory_order_seq_cst);
            seen.store(mine.load(std::memory_order_relaxed), std::memory_order_relaxed);
            answered.store(round, std::memory_order_release);
            while (mine.load(std::memory_order_acquire) < round ||
                   answered.load(std::memory_order_acquire) != rounds + round)
                std::this_thread::yield();
        }
    });
    std::uint32_t both_missed = 0;
    for (std::uint32_t round = 1; round <= rounds; ++round) {
        mine.store(round, std::memory_order_relaxed);
        membarrier();
        const std::uint32_t saw = theirs.load(std::memory_order_relaxed);
        while (answered.load(std::memory_order_acquire) != round) std::this_thread::yield();
        if (saw < round && seen.load(std::memory_order_relaxed) < round) ++both_missed;
        answered.store(rounds + round, std::memory_order_release);
    }
    other.join();
    EXPECT_EQ(both_missed, 0u);
}

}  // namespace
}  // namespace troika::os
