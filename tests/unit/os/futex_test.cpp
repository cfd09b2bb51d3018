// SPDX-License-Identifier: MIT
#include "os/futex.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace troika::os {

using std::chrono::steady_clock;

TEST(futex, does_not_sleep_when_the_word_has_changed) {
    const std::atomic<std::uint32_t> word{1};
    EXPECT_TRUE(futex_wait(word, 0));
}

TEST(futex, says_when_the_deadline_passed) {
    const std::atomic<std::uint32_t> word{0};
    EXPECT_FALSE(futex_wait(word, 0, steady_clock::time_point::min()));
    EXPECT_FALSE(futex_wait(word, 0, steady_clock::now() - std::chrono::seconds(1)));
    const auto deadline = steady_clock::now() + std::chrono::milliseconds(3);
    while (futex_wait(word, 0, deadline)) {}
    EXPECT_GE(steady_clock::now(), deadline);
}

TEST(futex, wake_ends_a_sleep_and_tells_how_many) {
    std::atomic<std::uint32_t> word{0};
    EXPECT_EQ(futex_wake(word), 0);
    std::thread sleeper([&] {
        while (word.load() == 0) futex_wait(word, 0);
    });
    // Only a sleeper can be woken: try until it is one.
    while (futex_wake(word, 1) == 0) std::this_thread::yield();
    word = 1;
    futex_wake(word);
    sleeper.join();
}

}  // namespace troika::os
