// SPDX-License-Identifier: MIT
#include <troika/pool/stable_sort.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
#include <new>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace troika::impl {
namespace {

using namespace sort_cases;

template <class Range>
void sorts_stably(auto& fork) {
    std::vector<std::size_t> sizes{100, 1000, 8193, 20001};
    for (std::size_t size = 0; size < 40; ++size) sizes.push_back(size);
    for (const std::size_t size : sizes) {
        for (const pattern& input : patterns(size, static_cast<unsigned>(size))) {
            auto all = dealt<Range>(input.values);
            stable_sort(all.begin(), all.end(), by_key(), fork);
            ASSERT_TRUE(is_stably_sorted(all)) << input.name << " " << size;
            ASSERT_TRUE(has_all(all, size)) << input.name << " " << size;
        }
    }
}

TEST(stable_sort, sorts_elements_of_every_kind) {
    alone fork{4};
    sorts_stably<std::vector<card>>(fork);
    sorts_stably<std::deque<card>>(fork);
    sorts_stably<std::vector<slab>>(fork);
    sorts_stably<std::vector<token>>(fork);
    sorts_stably<std::deque<token>>(fork);
    sorts_stably<std::vector<old_fashioned>>(fork);
    EXPECT_GT(fork.calls, 0);
    EXPECT_EQ(token::alive, 0);
}

TEST(stable_sort, sorts_on_threads) {
    on_threads fork(3);
    sorts_stably<std::vector<card>>(fork);
    sorts_stably<std::vector<token>>(fork);
    EXPECT_EQ(token::alive, 0);
}

TEST(stable_sort, does_not_fork_for_few) {
    alone fork{8};
    auto cards = dealt<std::vector<card>>(random_keys(8192));
    stable_sort(cards.begin(), cards.end(), by_key(), fork);
    auto tokens = dealt<std::vector<token>>(random_keys(8192));
    stable_sort(tokens.begin(), tokens.end(), by_key(), fork);
    EXPECT_EQ(fork.calls, 0);
}

TEST(stable_sort, looks_once_at_what_is_sorted_already) {
    for (const std::string_view name : {"sorted", "reversed", "equal"}) {
        for (pattern& input : patterns(10000)) {
            if (input.name != name) continue;
            std::size_t comparisons = 0;
            alone fork{2};
            const auto less = [&](auto a, auto b) { return ++comparisons, a < b; };
            stable_sort(input.values.begin(), input.values.end(), less, fork);
            EXPECT_LE(comparisons, 10000u) << name;
            EXPECT_TRUE(std::is_sorted(input.values.begin(), input.values.end()));
        }
    }
}

template <class Range>
void survives_throwing(std::size_t size, auto& fork) {
    for (const pattern& input : patterns(size)) {
        for (long calls = 0;; calls = calls * 3 / 2 + 1) {
            auto all = dealt<Range>(input.values);
            failing_order order(calls);
            bool thrown = false;
            try {
                stable_sort(all.begin(), all.end(),
                            [&](auto& left, auto& right) { return order(left, right); }, fork);
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            ASSERT_TRUE(has_all(all, size)) << input.name << ", comparison " << calls;
            if (!thrown) break;
        }
    }
}

TEST(stable_sort, loses_nothing_when_a_comparison_throws) {
    alone fork{4};
    for (const std::size_t size : {10u, 33u, 500u}) {
        survives_throwing<std::vector<card>>(size, fork);
        survives_throwing<std::vector<token>>(size, fork);
    }
    survives_throwing<std::deque<card>>(500, fork);
    survives_throwing<std::vector<slab>>(500, fork);
    survives_throwing<std::vector<old_fashioned>>(500, fork);
    // Large enough for merges on several threads.
    on_threads threads(3);
    survives_throwing<std::vector<card>>(20000, threads);
    survives_throwing<std::vector<token>>(20000, threads);
    EXPECT_EQ(token::alive, 0);
}

template <class T>
void survives_disorder() {
    alone fork{4};
    for (const std::size_t size : {40u, 500u, 20000u}) {
        for (unsigned seed = 0; seed < 10; ++seed) {
            auto all = dealt<std::vector<T>>(std::vector<std::uint32_t>(size));
            no_order order(seed);
            stable_sort(all.begin(), all.end(),
                        [&](auto& left, auto& right) { return order(left, right); }, fork);
            ASSERT_TRUE(has_all(all, size)) << size << " elements, seed " << seed;
            for (const bool answer : {false, true}) {
                stable_sort(all.begin(), all.end(), [=](auto&, auto&) { return answer; }, fork);
                ASSERT_TRUE(has_all(all, size)) << size << " elements, always " << answer;
            }
        }
    }
}

TEST(stable_sort, loses_nothing_without_an_order) {
    survives_disorder<card>();
    survives_disorder<token>();
    survives_disorder<old_fashioned>();
}

TEST(raw_buffer, says_when_there_is_not_so_much_memory) {
    EXPECT_THROW(raw_buffer<card>(std::numeric_limits<std::ptrdiff_t>::max() / 2), std::bad_alloc);
}

TEST(permute_in_place, puts_every_element_in_its_place) {
    std::mt19937 random(1);
    for (std::size_t size = 0; size < 50; ++size) {
        std::vector<std::ptrdiff_t> order(size);
        std::iota(order.begin(), order.end(), 0);
        for (int round = 0; round < 20; ++round) {
            auto tokens = dealt<std::vector<token>>(std::vector<std::uint32_t>(size));
            auto used = order;
            permute_in_place(tokens.begin(), {used.data(), static_cast<std::ptrdiff_t>(size)});
            for (std::size_t i = 0; i < size; ++i)
                ASSERT_EQ(tokens[i].place, static_cast<std::uint32_t>(order[i]));
            ASSERT_TRUE(has_all(tokens, size));
            std::shuffle(order.begin(), order.end(), random);
        }
    }
}

}  // namespace
}  // namespace troika::impl
