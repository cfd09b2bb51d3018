// SPDX-License-Identifier: MIT
#include "lab/computing.hpp"

#include "os/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace troika::lab {
namespace {

TEST(computing, the_same_work_gives_the_same_number) {
    EXPECT_EQ(compute_rounds(1000, 7), compute_rounds(1000, 7));
    EXPECT_NE(compute_rounds(1000, 7), compute_rounds(1001, 7));
    EXPECT_NE(compute_rounds(1000, 7), compute_rounds(1000, 9));
    EXPECT_EQ(compute_rounds(0, 7), 7u);
}

TEST(computing, a_millisecond_of_work_takes_no_less) {
    const std::uint64_t rounds = measure_rounds_per_ms();
    EXPECT_GT(rounds, 1000u);   // a megahertz
    EXPECT_LT(rounds, 100'000'000u);
    // It was the best of many: disturbed it takes longer, but hardly ever much less.
    const auto began = os::steady_time();
    const std::uint64_t result = compute_rounds(20 * rounds, rounds);
    const auto took = os::steady_time() - began;
    EXPECT_NE(result, 0u);
    EXPECT_GT(took, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace troika::lab
