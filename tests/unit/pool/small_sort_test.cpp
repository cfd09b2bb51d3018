// SPDX-License-Identifier: MIT
#include <troika/pool/small_sort.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <random>
#include <stdexcept>
#include <vector>

namespace troika::impl {
namespace {

using namespace sort_cases;

template <class Range>
void small_sort_all(Range& all, auto& order) {
    small_sort(all.begin(), all.end(),
               [&](auto& left, auto& right) { return order(left, right); });
}

TEST(small_sort, sorts_every_order_of_few) {
    for (std::uint32_t size = 0; size <= 8; ++size) {
        std::vector<std::uint32_t> keys(size);
        for (std::uint32_t i = 0; i < size; ++i) keys[i] = i;
        do {
            auto cards = dealt<std::vector<card>>(keys);
            by_key order;
            small_sort_all(cards, order);
            ASSERT_TRUE(is_stably_sorted(cards)) << size;
        } while (std::next_permutation(keys.begin(), keys.end()));
    }
}

template <class Range>
void sorts_all_sizes() {
    using T = typename Range::value_type;
    std::mt19937 random(1);
    for (std::size_t size = 0; size <= static_cast<std::size_t>(small_sort_max<T>); ++size) {
        for (const std::uint32_t distinct : {2u, 5u, 1000u}) {
            for (int round = 0; round < 50; ++round) {
                std::vector<std::uint32_t> keys(size);
                for (std::uint32_t& key : keys)
                    key = static_cast<std::uint32_t>(random()) % distinct;
                auto all = dealt<Range>(keys);
                by_key order;
                small_sort_all(all, order);
                ASSERT_TRUE(is_stably_sorted(all)) << size;
                ASSERT_TRUE(has_all(all, size)) << size;
            }
        }
    }
}

TEST(small_sort, is_stable_at_all_sizes_and_types) {
    sorts_all_sizes<std::vector<card>>();
    sorts_all_sizes<std::vector<slab>>();
    sorts_all_sizes<std::vector<token>>();
    sorts_all_sizes<std::vector<old_fashioned>>();
    sorts_all_sizes<std::deque<card>>();
}

template <class T>
void survives_throwing() {
    std::mt19937 random(1);
    for (std::size_t size = 2; size <= static_cast<std::size_t>(small_sort_max<T>); ++size) {
        std::vector<std::uint32_t> keys(size);
        for (std::uint32_t& key : keys) key = static_cast<std::uint32_t>(random()) % 100;
        for (long calls = 0;; ++calls) {
            auto all = dealt<std::vector<T>>(keys);
            failing_order order(calls);
            bool thrown = false;
            try {
                small_sort_all(all, order);
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            ASSERT_TRUE(has_all(all, size)) << size << " elements, comparison " << calls;
            if (!thrown) break;
        }
    }
}

TEST(small_sort, loses_nothing_when_a_comparison_throws) {
    survives_throwing<card>();
    survives_throwing<token>();
    survives_throwing<old_fashioned>();
}

template <class T>
void survives_disorder() {
    for (std::size_t size = 2; size <= static_cast<std::size_t>(small_sort_max<T>); ++size) {
        for (unsigned seed = 0; seed < 200; ++seed) {
            auto all = dealt<std::vector<T>>(std::vector<std::uint32_t>(size));
            no_order order(seed);
            small_sort_all(all, order);
            ASSERT_TRUE(has_all(all, size)) << size << " elements, seed " << seed;
        }
    }
}

TEST(small_sort, loses_nothing_without_an_order) {
    survives_disorder<card>();
    survives_disorder<token>();
}

}  // namespace
}  // namespace troika::impl
