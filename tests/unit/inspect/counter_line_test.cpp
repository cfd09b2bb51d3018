// SPDX-License-Identifier: MIT
#include "inspect/counter_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troika::impl {
namespace {

TEST(CounterLine, KeepsEachChange) {
    counter_line line;
    line.add(10, 1);
    line.add(20, 2);
    line.add(20, -1);
    line.add(30, 0);
    line.add(40, -2);
    EXPECT_EQ(line.value(), 0);
    const auto samples = line.take();
    ASSERT_EQ(samples.size(), 3u);
    EXPECT_EQ(samples[0].at, 10);
    EXPECT_EQ(samples[0].value, 1);
    EXPECT_EQ(samples[1].at, 20);
    EXPECT_EQ(samples[1].value, 2);   // the last of that moment
    EXPECT_EQ(samples[2].at, 40);
    EXPECT_EQ(samples[2].value, 0);
    EXPECT_TRUE(line.take().empty());
}

TEST(CounterLine, StaysSmallAndKeepsPeaksAndItsEnd) {
    counter_line line;
    constexpr std::int64_t count = 1'000'000;
    for (std::int64_t i = 0; i < count; ++i) line.set(i * 7, i == 654'321 ? 1000 : i % 10);
    const auto samples = line.take();
    EXPECT_LE(samples.size(), counter_line::samples_max + 1);
    EXPECT_GE(samples.size(), counter_line::samples_max / 16);
    EXPECT_TRUE(std::ranges::is_sorted(samples, {}, &counter_line::sample::at));
    EXPECT_EQ(std::ranges::max(samples, {}, &counter_line::sample::value).value, 1000);
    EXPECT_EQ(samples.back().value, (count - 1) % 10);
}

}  // namespace
}  // namespace troika::impl
