// SPDX-License-Identifier: MIT
#include <troika/core/atomics.hpp>

#include <gtest/gtest.h>

#include <climits>
#include <thread>
#include <type_traits>
#include <vector>

namespace troika {

static_assert(std::is_same_v<std_atomics::atomic<int>, std::atomic<int>>);

TEST(std_atomics, wait_returns_at_once_when_the_word_has_changed) {
    const std_atomics::atomic<std::uint32_t> word{1};
    std_atomics::wait(word, 0);
}

TEST(std_atomics, wake_ends_the_sleep_of_all) {
    std_atomics::atomic<std::uint32_t> word{0};
    std::vector<std::jthread> sleepers;
    for (int i = 0; i < 3; ++i)
        sleepers.emplace_back([&] {
            while (word.load() == 0) {
                std_atomics::pause();
                std_atomics::wait(word, 0);
            }
        });
    word.store(1);
    std_atomics::wake(word, INT_MAX);
}

}  // namespace troika
