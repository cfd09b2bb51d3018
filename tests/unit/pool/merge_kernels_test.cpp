// SPDX-License-Identifier: MIT
#include <troika/pool/merge_kernels.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <stdexcept>
#include <vector>

namespace troika::impl {
namespace {

using namespace sort_cases;

// Two sorted stretches, one behind the other, and room for the result.
struct merge_case {
    merge_case(std::size_t left_size, std::size_t right_size, std::uint32_t distinct,
               unsigned seed = 1) {
        std::mt19937 random(seed);
        std::vector<std::uint32_t> keys(left_size + right_size);
        for (std::uint32_t& key : keys) key = static_cast<std::uint32_t>(random()) % distinct;
        std::sort(keys.begin(), keys.begin() + static_cast<long>(left_size));
        std::sort(keys.begin() + static_cast<long>(left_size), keys.end());
        cards = dealt<std::vector<card>>(keys);
        merged.resize(cards.size(), card{7, 4'000'000'000u});
        left = {cards.data(), static_cast<long>(left_size)};
        right = {cards.data() + left_size, static_cast<long>(right_size)};
    }

    std::vector<card> cards;
    std::vector<card> merged;
    stretch<card> left;
    stretch<card> right;
};

const std::vector<std::size_t> sizes{0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100, 1000};

TEST(merge_stretches, merges_all_sizes_stably) {
    for (const std::size_t left : sizes) {
        for (const std::size_t right : sizes) {
            for (const std::uint32_t distinct : {1u, 3u, 100u, 1'000'000u}) {
                merge_case all(left, right, distinct);
                merge_stretches(all.left, all.right, all.merged.data(), by_key());
                ASSERT_TRUE(is_stably_sorted(all.merged)) << left << " and " << right;
                ASSERT_TRUE(has_all(all.merged, left + right)) << left << " and " << right;
            }
        }
    }
}

TEST(merge_stretches, copies_what_does_not_overlap) {
    for (const bool swapped : {false, true}) {
        std::vector<card> cards;
        for (std::uint32_t i = 0; i < 100; ++i)
            cards.push_back({(i + (swapped ? 50 : 0)) % 100, i});
        std::vector<card> merged(100);
        int comparisons = 0;
        merge_stretches<card>({cards.data(), 50}, {cards.data() + 50, 50}, merged.data(),
                              [&](const card& a, const card& b) {
                                  ++comparisons;
                                  return a.key < b.key;
                              });
        EXPECT_TRUE(is_stably_sorted(merged));
        EXPECT_LE(comparisons, 2);
    }
}

TEST(merge_stretches, leaves_its_input_when_a_comparison_throws) {
    for (long calls = 0;; ++calls) {
        merge_case all(40, 30, 20);
        const auto before = all.cards;
        failing_order order(calls);
        bool thrown = false;
        try {
            merge_stretches(all.left, all.right, all.merged.data(),
                            [&](card& a, card& b) { return order(a, b); });
        } catch (const std::runtime_error&) {
            thrown = true;
        }
        ASSERT_EQ(all.cards, before);
        if (!thrown) break;
    }
}

TEST(merge_stretches, loses_nothing_without_an_order) {
    for (const std::size_t left : sizes) {
        for (const std::size_t right : sizes) {
            for (unsigned seed = 0; seed < 20; ++seed) {
                merge_case all(left, right, 10);
                no_order order(seed);
                alone fork{2};
                const auto less = [&](card& a, card& b) { return order(a, b); };
                merge_stretches(all.left, all.right, all.merged.data(), less);
                ASSERT_TRUE(has_all(all.merged, left + right));
                parallel_merge(all.left, all.right, all.merged.data(), 10, less, fork);
                ASSERT_TRUE(has_all(all.merged, left + right));
            }
        }
    }
}

TEST(share_of_left, tells_where_each_element_of_the_whole_comes_from) {
    for (const std::size_t left : {0u, 1u, 5u, 30u}) {
        for (const std::size_t right : {0u, 1u, 7u, 30u}) {
            for (const std::uint32_t distinct : {1u, 4u, 1000u}) {
                merge_case all(left, right, distinct);
                merge_stretches(all.left, all.right, all.merged.data(), by_key());
                long of_left = 0;
                long count = 0;
                for (const card& next : all.merged) {
                    ASSERT_EQ(share_of_left(all.left, all.right, count, by_key()), of_left);
                    of_left += next.place < left;
                    ++count;
                }
                ASSERT_EQ(share_of_left(all.left, all.right, count, by_key()), of_left);
            }
        }
    }
}

TEST(parallel_merge, merges_as_one_thread_does) {
    on_threads fork(3);
    for (const std::size_t left : {0u, 1u, 100u, 9999u, 50000u}) {
        for (const std::size_t right : {0u, 3u, 1000u, 50000u}) {
            for (const std::uint32_t distinct : {2u, 100u, 1'000'000u}) {
                merge_case all(left, right, distinct);
                parallel_merge(all.left, all.right, all.merged.data(), 1000, by_key(), fork);
                ASSERT_TRUE(is_stably_sorted(all.merged)) << left << " and " << right;
                ASSERT_TRUE(has_all(all.merged, left + right)) << left << " and " << right;
            }
        }
    }
}

}  // namespace
}  // namespace troika::impl
