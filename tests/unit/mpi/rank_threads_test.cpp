// SPDX-License-Identifier: MIT
#include <troika/mpi/rank_threads.hpp>

#include <gtest/gtest.h>

namespace troika {
namespace {

TEST(rank_threads, are_a_share_of_the_host) {
    EXPECT_GE(rank_threads().size(), 1U);
    EXPECT_EQ(&rank_threads(), &rank_threads());
}

}  // namespace
}  // namespace troika
