// SPDX-License-Identifier: MIT
#include <troika/pool/parallel_partition.hpp>
#include <troika/pool/partition.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace troika::impl {
namespace {

using namespace sort_cases;

template <class Range>
void partitions_everything() {
    // Every way that 10 elements can belong.
    for (std::uint32_t bits = 0; bits < 1024; ++bits) {
        std::vector<std::uint32_t> keys(10);
        for (std::uint32_t i = 0; i < 10; ++i) keys[i] = bits >> i & 1u;
        for (std::size_t size = 0; size <= 10; ++size) {
            auto all = dealt<Range>({keys.begin(), keys.begin() + static_cast<long>(size)});
            const auto is_left = [](const auto& element) { return element.key == 0; };
            const auto border = partition_in_place(all.begin(), all.end(), is_left);
            ASSERT_TRUE(std::all_of(all.begin(), border, is_left));
            ASSERT_TRUE(std::none_of(border, all.end(), is_left));
            ASSERT_TRUE(has_all(all, size));
        }
    }
}

TEST(partition, divides_every_input) {
    partitions_everything<std::vector<card>>();
    partitions_everything<std::deque<card>>();
    partitions_everything<std::vector<slab>>();
    partitions_everything<std::vector<token>>();
}

template <class Range>
void survives_throwing() {
    const std::vector<pattern> inputs = patterns(50);
    for (long calls = 0; calls < 50; ++calls) {
        auto all = dealt<Range>(inputs.front().values);
        failing_order order(calls);
        auto pivot = dealt<Range>({0x80000000});
        EXPECT_THROW(partition_in_place(all.begin(), all.end(),
                                        [&](auto& element) { return order(element, pivot[0]); }),
                     std::runtime_error);
        ASSERT_TRUE(has_all(all, 50)) << calls;
    }
}

TEST(partition, loses_nothing_when_a_comparison_throws) {
    survives_throwing<std::vector<card>>();
    survives_throwing<std::vector<token>>();
}

TEST(partition, takes_the_median_of_three) {
    std::array<int, 3> values{1, 2, 3};
    const auto less = [](int a, int b) { return a < b; };
    do {
        EXPECT_EQ(*median_of_three(&values[0], &values[1], &values[2], less), 2);
    } while (std::next_permutation(values.begin(), values.end()));
}

TEST(partition, chooses_pivots_near_the_middle) {
    for (const std::size_t size : {64u, 1000u, 100000u}) {
        for (const std::string_view name : {"random", "sorted", "reversed", "organ pipe"}) {
            for (pattern& input : patterns(size)) {
                if (input.name != name) continue;
                std::vector<std::uint32_t>& all = input.values;
                const auto less = [](std::uint32_t a, std::uint32_t b) { return a < b; };
                const std::uint32_t pivot = *choose_pivot(all.begin(), all.end(), less);
                const auto smaller = static_cast<std::size_t>(
                    std::count_if(all.begin(), all.end(), [&](auto v) { return v < pivot; }));
                EXPECT_GT(smaller, size / 16) << name << " " << size;
                EXPECT_LT(smaller, size - size / 16) << name << " " << size;
            }
        }
    }
}

template <class Range, class Fork>
void partitions_in_parallel(Fork fork) {
    for (const std::size_t size : {0u, 1u, 8192u, 20001u, 40001u}) {
        for (const pattern& input : patterns(size)) {
            std::vector<std::uint32_t> in_order = input.values;
            std::sort(in_order.begin(), in_order.end());
            std::vector<std::uint32_t> pivots{0, 0xFFFFFFFF};
            for (std::size_t fourth = 1; fourth < 4 && size > 0; ++fourth)
                pivots.push_back(in_order[size / 4 * fourth]);
            for (const std::uint32_t pivot : pivots) {
                auto all = dealt<Range>(input.values);
                const auto is_left = [&](auto& element) { return element.key < pivot; };
                const auto border = parallel_partition<typename Range::iterator>::run(
                    all.begin(), all.end(), is_left, fork);
                ASSERT_TRUE(std::all_of(all.begin(), border, is_left)) << input.name;
                ASSERT_TRUE(std::none_of(border, all.end(), is_left)) << input.name;
                std::vector<bool> seen(size);
                for (const auto& element : all) seen[element.place] = true;
                ASSERT_EQ(std::count(seen.begin(), seen.end(), true), static_cast<long>(size));
            }
        }
    }
}

TEST(parallel_partition, divides_as_one_thread_does) {
    partitions_in_parallel<std::vector<card>>(alone{3});
    partitions_in_parallel<std::deque<card>>(alone{2});
    on_threads threads(3);
    partitions_in_parallel<std::vector<card>, on_threads&>(threads);
}

TEST(parallel_partition, knows_parts_that_lie_right) {
    // One part of the range is all small, another all large, in each order.
    constexpr std::size_t part = 8192;
    alone fork{1};
    for (std::uint32_t bits = 0; bits < 16; ++bits) {
        std::vector<std::uint32_t> keys(4 * part);
        for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = bits >> (i / part) & 1u;
        auto all = dealt<std::vector<card>>(keys);
        const auto is_left = [](const card& element) { return element.key == 0; };
        parallel_partition<std::vector<card>::iterator>::run(all.begin(), all.end(), is_left, fork);
        ASSERT_TRUE(std::is_partitioned(all.begin(), all.end(), is_left)) << bits;
        ASSERT_TRUE(has_all(all, keys.size())) << bits;
    }
}

TEST(parallel_partition, loses_nothing_when_a_comparison_throws) {
    const std::vector<pattern> inputs = patterns(50000);
    alone fork{4};
    for (const long calls : {0L, 1L, 8191L, 30000L, 49999L}) {
        auto all = dealt<std::vector<token>>(inputs.front().values);
        failing_order order(calls);
        token pivot(0x80000000, 0);
        const auto is_left = [&](token& element) { return order(element, pivot); };
        EXPECT_THROW(parallel_partition<std::vector<token>::iterator>::run(all.begin(), all.end(),
                                                                           is_left, fork),
                     std::runtime_error);
        ASSERT_TRUE(has_all(all, 50000)) << calls;
    }
}

}  // namespace
}  // namespace troika::impl
