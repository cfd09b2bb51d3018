// SPDX-License-Identifier: MIT
#include "os/self_usage.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <vector>

namespace troika::os {
namespace {

TEST(self_usage, computing_is_counted) {
    const resource_usage before = usage_of_this_process();
    std::atomic<unsigned> sum = 0;
    resource_usage now = before;
    // Ends only if the figure grows.
    while (now.user - before.user < std::chrono::milliseconds(10)) {
        for (unsigned i = 0; i < 100'000; ++i) sum.fetch_add(i, std::memory_order_relaxed);
        now = usage_of_this_process();
    }
    EXPECT_GE(now.system, before.system);
    EXPECT_GE(now.switches_voluntary, before.switches_voluntary);
    EXPECT_GE(now.switches_involuntary, before.switches_involuntary);
}

TEST(self_usage, memory_that_was_touched_is_in_the_peak) {
    constexpr std::size_t bytes = std::size_t{32} << 20;
    const std::uint64_t before = memory_peak();
    EXPECT_GT(before, 0u);
    {
        const std::vector<char> touched(bytes, 'x');
        EXPECT_EQ(touched.back(), 'x');
    }
    EXPECT_GE(memory_peak(), bytes);
    EXPECT_GE(memory_peak(), before);
}

TEST(self_usage, children_that_never_were_have_used_nothing) {
    EXPECT_EQ(usage_of_ended_children().user, std::chrono::nanoseconds(0));
}

TEST(self_usage, the_load_is_a_number) { EXPECT_GE(load_average(), 0.0); }

}  // namespace
}  // namespace troika::os
