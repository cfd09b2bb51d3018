// SPDX-License-Identifier: MIT
#include <troika/mpi/parallel_reduce.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

TEST(parallel_reduce_over_ranks, sums) {
    mpi_pool ranks;
    std::vector<long> values(100'000);
    std::iota(values.begin(), values.end(), 1);
    EXPECT_EQ(parallel_reduce(ranks, values, 5L, std::plus<>{}), 5'000'050'005L);
    EXPECT_EQ(parallel_reduce(ranks, values, 0L, std::plus<>{}, [](long v) { return v % 10; }),
              450'000L);
    EXPECT_EQ(parallel_reduce(ranks, std::vector<long>(), 7L, std::plus<>{}), 7L);
}

TEST(parallel_reduce_over_ranks, keeps_the_order) {
    mpi_pool ranks;
    std::vector<int> numbers(300);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::string expected = ">";
    for (const int each : numbers) expected += std::to_string(each);
    const auto text = [](int number) { return std::to_string(number); };
    EXPECT_EQ(parallel_reduce(ranks, numbers, std::string(">"), std::plus<>{}, text, {.chunk = 7}),
              expected);
}

TEST(parallel_reduce_over_ranks, fails_as_its_functions_do) {
    mpi_pool ranks;
    const std::vector<int> numbers{1, 2, 3};
    const auto fails = [](int) -> int { throw std::domain_error("no"); };
    EXPECT_THROW(parallel_reduce(ranks, numbers, 0, std::plus<>{}, fails), std::domain_error);
}

}  // namespace
}  // namespace troika
