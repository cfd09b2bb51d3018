// SPDX-License-Identifier: MIT
#include <troika/pool/sort_kernels.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika::impl {
namespace {

using namespace sort_cases;

constexpr auto plain = [](auto& left, auto& right) { return left < right; };

TEST(sort_alone, sorts_patterns_of_all_sizes) {
    std::vector<std::size_t> sizes{100, 127, 128, 1000, 1024, 5000, 100000};
    for (std::size_t size = 0; size < 70; ++size) sizes.push_back(size);
    for (const std::size_t size : sizes) {
        for (const pattern& input : patterns(size, static_cast<unsigned>(size))) {
            auto values = input.values;
            auto expected = values;
            std::sort(expected.begin(), expected.end());
            sort_alone(values.begin(), values.end(), plain);
            ASSERT_EQ(values, expected) << input.name << " " << size;
            values = input.values;
            heap_sort(values.begin(), values.end(), plain);
            ASSERT_EQ(values, expected) << input.name << " " << size;
        }
    }
}

template <class Range>
void sorts_cards() {
    for (const pattern& input : patterns(3000)) {
        auto all = dealt<Range>(input.values);
        sort_alone(all.begin(), all.end(), by_key_and_place());
        ASSERT_TRUE(is_stably_sorted(all)) << input.name;
        ASSERT_TRUE(has_all(all, 3000)) << input.name;
    }
}

TEST(sort_alone, sorts_elements_of_every_kind) {
    sorts_cards<std::vector<card>>();
    sorts_cards<std::deque<card>>();
    sorts_cards<std::vector<slab>>();
    sorts_cards<std::vector<token>>();
    sorts_cards<std::deque<token>>();
    sorts_cards<std::vector<old_fashioned>>();
    EXPECT_EQ(token::alive, 0);
    std::vector<std::string> texts;
    for (const std::uint32_t value : random_keys(3000))
        texts.push_back("a long common beginning " + std::to_string(value));
    sort_alone(texts.begin(), texts.end(), plain);
    EXPECT_TRUE(std::is_sorted(texts.begin(), texts.end()));
}

TEST(sort_alone, looks_once_at_what_is_sorted_already) {
    for (const std::string_view name : {"sorted", "reversed", "equal"}) {
        for (pattern& input : patterns(10000)) {
            if (input.name != name) continue;
            std::size_t comparisons = 0;
            sort_alone(input.values.begin(), input.values.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return ++comparisons, a < b; });
            EXPECT_LE(comparisons, 10000u) << name;
        }
    }
}

TEST(sort_alone, needs_few_comparisons_for_few_values) {
    std::vector<std::uint32_t> values = random_keys(100000);
    for (std::uint32_t& value : values) value %= 8;
    std::size_t comparisons = 0;
    sort_alone(values.begin(), values.end(),
               [&](std::uint32_t a, std::uint32_t b) { return ++comparisons, a < b; });
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
    EXPECT_LE(comparisons, 100000u * 8);
}

// An order that is made up while it is asked for, such that pivots are as bad as they can be.
// Source: M. D. McIlroy, "A Killer Adversary for Quicksort" (1999).
class adversary {
public:
    explicit adversary(std::size_t size) : rank_(size, unknown) {}

    bool operator()(std::uint32_t left, std::uint32_t right) {
        ++comparisons;
        if (rank_[left] == unknown && rank_[right] == unknown)
            rank_[left == candidate_ ? left : right] = next_++;
        if (rank_[left] == unknown)
            candidate_ = left;
        else if (rank_[right] == unknown)
            candidate_ = right;
        return rank_[left] < rank_[right];
    }

    std::size_t comparisons = 0;

private:
    static constexpr std::uint32_t unknown = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> rank_;
    std::uint32_t next_ = 0;
    std::uint32_t candidate_ = 0;
};

TEST(sort_alone, is_not_quadratic_whatever_the_order) {
    constexpr std::size_t size = 1 << 16;
    std::vector<std::uint32_t> values(size);
    for (std::uint32_t i = 0; i < size; ++i) values[i] = i;
    adversary order(size);
    const auto less = [&](std::uint32_t a, std::uint32_t b) { return order(a, b); };
    quick_sort(values.begin(), values.end(), false, bad_pivots_max(size), less);
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end(), less));
    EXPECT_LT(order.comparisons, size * 16 * 8);
}

TEST(sort_alone, gives_up_bad_pivots_for_a_heap) {
    std::vector<std::uint32_t> values = random_keys(5000);
    quick_sort(values.begin(), values.end(), false, 0, plain);
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
}

template <class T>
void survives_throwing() {
    for (const pattern& input : patterns(500)) {
        for (long calls = 0;; calls = calls * 5 / 4 + 1) {
            auto all = dealt<std::vector<T>>(input.values);
            failing_order order(calls);
            bool thrown = false;
            try {
                sort_alone(all.begin(), all.end(),
                           [&](auto& left, auto& right) { return order(left, right); });
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            ASSERT_TRUE(has_all(all, 500)) << input.name << ", comparison " << calls;
            if (!thrown) break;
        }
    }
}

TEST(sort_alone, loses_nothing_when_a_comparison_throws) {
    survives_throwing<card>();
    survives_throwing<slab>();
    survives_throwing<token>();
    survives_throwing<old_fashioned>();
    EXPECT_EQ(token::alive, 0);
}

template <class T>
void survives_disorder() {
    for (const std::size_t size : {40u, 500u, 20000u}) {
        for (unsigned seed = 0; seed < 10; ++seed) {
            auto all = dealt<std::vector<T>>(std::vector<std::uint32_t>(size));
            no_order order(seed);
            const auto less = [&](auto& left, auto& right) { return order(left, right); };
            sort_alone(all.begin(), all.end(), less);
            ASSERT_TRUE(has_all(all, size)) << size << " elements, seed " << seed;
            heap_sort(all.begin(), all.end(), less);
            ASSERT_TRUE(has_all(all, size)) << size << " elements, seed " << seed;
            for (const bool answer : {false, true}) {
                sort_alone(all.begin(), all.end(), [=](auto&, auto&) { return answer; });
                ASSERT_TRUE(has_all(all, size)) << size << " elements, always " << answer;
            }
        }
    }
}

TEST(sort_alone, loses_nothing_without_an_order) {
    survives_disorder<card>();
    survives_disorder<token>();
}

TEST(sort_alone, keeps_numbers_beside_what_is_no_number) {
    std::vector<double> values;
    for (const std::uint32_t value : random_keys(1000))
        values.push_back(value % 10 == 0 ? std::nan("") : value);
    auto numbers = values;
    sort_alone(values.begin(), values.end(), plain);
    for (auto* all : {&values, &numbers}) {
        std::erase_if(*all, [](double value) { return std::isnan(value); });
        std::sort(all->begin(), all->end());
    }
    EXPECT_EQ(values, numbers);
}

}  // namespace
}  // namespace troika::impl
