// SPDX-License-Identifier: MIT
#include <troika/sync/lock_word.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace troika::impl {
namespace {

TEST(LockWord, GivesAndTakesTheState) {
    lock_word word(6);
    EXPECT_EQ(word.lock(), 6u);
    EXPECT_EQ(word.load(), 6u | lock_word::locked);
    word.unlock(8);
    EXPECT_EQ(word.load(), 8u);
}

TEST(LockWord, SwapsOnlyWhatIsExpectedAndOpen) {
    lock_word word(2);
    std::uint64_t expected = 4;
    EXPECT_FALSE(word.swap(expected, 6));
    EXPECT_EQ(expected, 2u);
    EXPECT_TRUE(word.swap(expected, 6));
    word.lock();
    expected = 6;
    EXPECT_FALSE(word.swap(expected, 8));
    EXPECT_EQ(expected, 6u | lock_word::locked);
    word.unlock(6);
}

TEST(LockWord, LetsInOneThreadAtATime) {
    constexpr int threads = 4, rounds = 20'000;
    lock_word word;
    int plain = 0;   // torn or lost under a lock that lets in two
    std::vector<std::thread> crowd;
    for (int i = 0; i < threads; ++i)
        crowd.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                const std::uint64_t state = word.lock();
                ++plain;
                word.unlock(state + 2);
            }
        });
    for (std::thread& one : crowd) one.join();
    EXPECT_EQ(plain, threads * rounds);
    EXPECT_EQ(word.load(), std::uint64_t{threads} * rounds * 2);
}

}  // namespace
}  // namespace troika::impl
