// SPDX-License-Identifier: MIT
#include "watch/columns.hpp"

#include <gtest/gtest.h>

namespace {

using namespace troika::watch;

TEST(columns, fill_and_cut) {
    EXPECT_EQ(fitted("ab", 4), "ab  ");
    EXPECT_EQ(fitted("abcdef", 4), "abcd");
    EXPECT_EQ(fitted("", 2), "  ");
    EXPECT_EQ(fitted("ab", 0), "");
}

TEST(columns, count_characters_and_cut_none_in_two) {
    EXPECT_EQ(fitted("чай", 5), "чай  ");
    EXPECT_EQ(fitted("чайник", 3), "чай");
}

TEST(columns, at_the_right) {
    EXPECT_EQ(at_right("12", 5), "   12");
    EXPECT_EQ(at_right("123456", 5), "123456");
}

}  // namespace
