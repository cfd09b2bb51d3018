// SPDX-License-Identifier: MIT
#include "fetch/human.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;

TEST(HumanSize, StaysShortAcrossTheUnits) {
    EXPECT_EQ(human_size(0), "0 B");
    EXPECT_EQ(human_size(1023), "1023 B");
    EXPECT_EQ(human_size(1024), "1.0 KiB");
    EXPECT_EQ(human_size(1536), "1.5 KiB");
    EXPECT_EQ(human_size(102'348), "99.9 KiB");
    EXPECT_EQ(human_size(102'399), "100 KiB");   // not "100.0"
    EXPECT_EQ(human_size(1'048'000), "1023 KiB");
    EXPECT_EQ(human_size(1'048'575), "1.0 MiB");   // not "1024 KiB"
    EXPECT_EQ(human_size(64ull << 20), "64.0 MiB");
    EXPECT_EQ(human_size(5ull << 40), "5.0 TiB");
    EXPECT_EQ(human_size(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(HumanSpeed, SurvivesNonsense) {
    EXPECT_EQ(human_speed(1536), "1.5 KiB/s");
    EXPECT_EQ(human_speed(-1), "0 B/s");
    EXPECT_EQ(human_speed(std::numeric_limits<double>::infinity()), "0 B/s");
    EXPECT_EQ(human_speed(std::numeric_limits<double>::quiet_NaN()), "0 B/s");
}

TEST(HumanDuration, ChoosesItsUnits) {
    EXPECT_EQ(human_duration(0ns), "0.00 s");
    EXPECT_EQ(human_duration(250ms), "0.25 s");
    EXPECT_EQ(human_duration(9999ms), "10.0 s");
    EXPECT_EQ(human_duration(59'990ms), "1m00s");
    EXPECT_EQ(human_duration(185s), "3m05s");
    EXPECT_EQ(human_duration(2h + 3min), "2h03m");
    EXPECT_EQ(human_duration(-1s), "0.00 s");
}

TEST(HumanTimeLeft, HasNoFractions) {
    EXPECT_EQ(human_time_left(0s), "0s");
    EXPECT_EQ(human_time_left(59s), "59s");
    EXPECT_EQ(human_time_left(60s), "1m00s");
    EXPECT_EQ(human_time_left(101h), "4d05h");
    EXPECT_EQ(human_time_left(std::chrono::days(100)), "--");
    EXPECT_EQ(human_time_left(-5s), "0s");
}

}  // namespace
}  // namespace troika::fetch
