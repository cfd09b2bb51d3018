// SPDX-License-Identifier: MIT
#include "lab/quantities.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace troika::lab {
namespace {

TEST(quantities, times_have_three_digits) {
    EXPECT_EQ(seconds_text(0.0), "0 us");
    EXPECT_EQ(seconds_text(0.000045), "45 us");
    EXPECT_EQ(seconds_text(0.00123), "1.23 ms");
    EXPECT_EQ(seconds_text(0.0813), "81.3 ms");
    EXPECT_EQ(seconds_text(0.22), "220 ms");
    EXPECT_EQ(seconds_text(0.99951), "1.00 s");
    EXPECT_EQ(seconds_text(123.4), "123 s");
    EXPECT_EQ(seconds_text(duration(std::chrono::milliseconds(50))), "50.0 ms");
}

TEST(quantities, bytes_and_counts) {
    EXPECT_EQ(bytes_text(2048), "2 kB");
    EXPECT_EQ(bytes_text(5 << 20), "5.00 MB");
    EXPECT_EQ(bytes_text(std::uint64_t{3} << 30), "3.00 GB");
    EXPECT_EQ(counted(1, "task"), "1 task");
    EXPECT_EQ(counted(0, "task"), "0 tasks");
}

TEST(quantities, columns_are_characters) {
    EXPECT_EQ(columns_of("±3%"), 3u);
    EXPECT_EQ(padded("±3", 4, true), "  ±3");
    EXPECT_EQ(padded("±3", 4, false), "±3  ");
    EXPECT_EQ(padded("±3%", 2, true), "±3");
    EXPECT_EQ(padded("é", 0, true), "");
}

}  // namespace
}  // namespace troika::lab
