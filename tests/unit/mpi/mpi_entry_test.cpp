// SPDX-License-Identifier: MIT
#include <troika/mpi/mpi_entry.hpp>

#include <troika/mpi/mpi_pool.hpp>

#include <gtest/gtest.h>

#include <set>

namespace troika {
namespace {

int rank_of_a_worker() { return mpi_rank(); }

TEST(mpi_entry, returns_in_rank_0_alone) {
    EXPECT_EQ(mpi_rank(), 0);   // all tests run here
    mpi_pool pool;
    std::set<int> expected;
    for (const rank_info& each : pool.workers()) expected.insert(each.rank);
    EXPECT_TRUE(expected.contains(pool.submit<&rank_of_a_worker>().get()));
}

}  // namespace
}  // namespace troika
