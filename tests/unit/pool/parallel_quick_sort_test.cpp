// SPDX-License-Identifier: MIT
#include <troika/pool/parallel_quick_sort.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <stdexcept>
#include <vector>

namespace troika::impl {
namespace {

using namespace sort_cases;

template <class Range, class Less, class Fork>
void sort_range(Range& all, Less less, Fork& fork) {
    parallel_quick_sort<typename Range::iterator, Less, Fork>::run(all.begin(), all.end(), less,
                                                                  fork);
}

template <class Range>
void sorts(auto& fork) {
    for (const std::size_t size : {0u, 1u, 2u, 50u, 8193u, 40001u}) {
        for (const pattern& input : patterns(size, static_cast<unsigned>(size))) {
            auto all = dealt<Range>(input.values);
            sort_range(all, by_key_and_place(), fork);
            ASSERT_TRUE(is_stably_sorted(all)) << input.name << " " << size;
            ASSERT_TRUE(has_all(all, size)) << input.name << " " << size;
            all = dealt<Range>(input.values);
            sort_range(all, by_key(), fork);
            ASSERT_TRUE(std::is_sorted(all.begin(), all.end(), by_key()))
                << input.name << " " << size;
            ASSERT_TRUE(has_all(all, size)) << input.name << " " << size;
        }
    }
}

TEST(parallel_quick_sort, sorts_elements_of_every_kind) {
    alone fork{4};
    sorts<std::vector<card>>(fork);
    sorts<std::deque<card>>(fork);
    sorts<std::vector<token>>(fork);
    EXPECT_GT(fork.calls, 0);
    on_threads threads(3);
    sorts<std::vector<card>>(threads);
    EXPECT_EQ(token::alive, 0);
}

TEST(parallel_quick_sort, does_not_fork_for_few) {
    alone fork{8};
    auto cards = dealt<std::vector<card>>(random_keys(8192));
    sort_range(cards, by_key(), fork);
    EXPECT_EQ(fork.calls, 0);
    EXPECT_TRUE(std::is_sorted(cards.begin(), cards.end(), by_key()));
}

template <class T>
void survives_throwing(auto& fork) {
    constexpr std::size_t size = 30000;
    for (const pattern& input : patterns(size)) {
        for (long calls = 0;; calls = calls * 6 + 1) {
            auto all = dealt<std::vector<T>>(input.values);
            failing_order order(calls);
            bool thrown = false;
            try {
                sort_range(all, [&](auto& left, auto& right) { return order(left, right); }, fork);
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            ASSERT_TRUE(has_all(all, size)) << input.name << ", comparison " << calls;
            if (!thrown) break;
        }
    }
}

TEST(parallel_quick_sort, loses_nothing_when_a_comparison_throws) {
    alone fork{4};
    survives_throwing<card>(fork);
    survives_throwing<token>(fork);
    on_threads threads(3);
    survives_throwing<card>(threads);
    EXPECT_EQ(token::alive, 0);
}

TEST(parallel_quick_sort, loses_nothing_without_an_order) {
    for (unsigned seed = 0; seed < 10; ++seed) {
        alone fork{2 + seed};
        auto all = dealt<std::vector<card>>(random_keys(20000));
        no_order order(seed);
        sort_range(all, [&](auto& left, auto& right) { return order(left, right); }, fork);
        ASSERT_TRUE(has_all(all, 20000)) << seed;
    }
}

}  // namespace
}  // namespace troika::impl
