// SPDX-License-Identifier: MIT
#include <troika/base/check.hpp>

#include <gtest/gtest.h>

namespace {

TEST(Check, LetsTrueConditionsPass) {
    troika::check(true, "never said");
    SUCCEED();
}

TEST(CheckDeathTest, EndsTheProgramNamingMessageAndPlace) {
    EXPECT_DEATH(troika::check(false, "the moon is made of cheese"),
                 "check failed: the moon is made of cheese(.|\n)*check_test.cpp:[0-9]+");
}

TEST(Check, CanBeUsedInConstantExpressions) {
    constexpr bool fine = [] {
        troika::check(2 + 2 == 4, "arithmetic");
        return true;
    }();
    EXPECT_TRUE(fine);
}

}  // namespace
