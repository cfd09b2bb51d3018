// SPDX-License-Identifier: MIT
#include "os/chance.hpp"

#include <gtest/gtest.h>

#include <array>

namespace {

TEST(chance, differs) {
    std::array<std::byte, 32> one{};
    std::array<std::byte, 32> other{};
    troika::os::fill_with_chance(one);
    troika::os::fill_with_chance(other);
    EXPECT_NE(one, other);
    EXPECT_NO_THROW(troika::os::fill_with_chance({}));
}

}  // namespace
