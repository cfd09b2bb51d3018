// SPDX-License-Identifier: MIT
#include "lab/spread.hpp"

#include <gtest/gtest.h>

namespace troika::lab {
namespace {

TEST(spread, is_of_what_was_measured) {
    const spread three = spread_of({3, 1, 2});
    EXPECT_EQ(three.median, 2);
    EXPECT_EQ(three.least, 1);
    EXPECT_EQ(three.most, 3);
    EXPECT_EQ(three.relative(), 0.5);
    EXPECT_EQ(spread_of({1, 2}).median, 1.5);
    EXPECT_EQ(spread_of({4}).relative(), 0);
    EXPECT_EQ(spread_of({}).median, 0);
    EXPECT_EQ(spread_of({0, 0}).relative(), 0);
}

TEST(spread, quantiles_lie_between_neighbours) {
    EXPECT_EQ(quantile({10, 20, 30, 40, 50}, 0), 10);
    EXPECT_EQ(quantile({10, 20, 30, 40, 50}, 0.5), 30);
    EXPECT_DOUBLE_EQ(quantile({10, 20, 30, 40, 50}, 0.9), 46);
    EXPECT_EQ(quantile({10, 20, 30, 40, 50}, 1), 50);
    EXPECT_EQ(quantile({10, 20}, 7), 20);
    EXPECT_EQ(quantile({}, 0.5), 0);
}

}  // namespace
}  // namespace troika::lab
