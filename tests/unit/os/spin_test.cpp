// SPDX-License-Identifier: MIT
#include "os/spin.hpp"

#include <gtest/gtest.h>

namespace troika::os {

TEST(spin, looks_once_at_what_is_there) {
    int looks = 0;
    EXPECT_TRUE(spin_until([&] { return ++looks > 0; }));
    EXPECT_EQ(looks, 1);
}

TEST(spin, gives_up_in_the_end) {
    int looks = 0;
    EXPECT_FALSE(spin_until([&] { return ++looks < 0; }));
    EXPECT_GE(looks, 1);
}

}  // namespace troika::os
