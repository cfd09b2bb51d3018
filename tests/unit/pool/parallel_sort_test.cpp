// SPDX-License-Identifier: MIT
#include <troika/loop/run.hpp>
#include <troika/pool/awaited.hpp>
#include <troika/pool/parallel_invoke.hpp>
#include <troika/pool/parallel_sort.hpp>

#include "unit/pool/sort_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace troika {
namespace {

using namespace sort_cases;

// What can be sorted, and what cannot.
static_assert(parallel_sortable<std::vector<int>&>);
static_assert(parallel_sortable<std::span<int>>);
static_assert(parallel_sortable<std::deque<std::string>&>);
static_assert(parallel_sortable<std::vector<std::unique_ptr<int>>&>);
static_assert(!parallel_sortable<const std::vector<int>&>);
static_assert(!parallel_sortable<std::list<int>&>);
static_assert(!parallel_sortable<std::vector<bool>&>);
static_assert(!parallel_sortable<std::vector<card>&>);   // not without an order
static_assert(parallel_sortable<std::vector<card>&, by_key>);

class parallel_sort_test : public ::testing::TestWithParam<std::size_t> {
protected:
    thread_pool threads{thread_pool::options{.workers = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(workers, parallel_sort_test, ::testing::Values(1, 2, 4),
                         [](const auto& info) { return std::to_string(info.param); });

constexpr std::size_t many = 30000;

template <class Range>
void sorts(thread_pool& threads) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100}, many}) {
        for (const pattern& input : patterns(size)) {
            auto all = dealt<Range>(input.values);
            parallel_sort(threads, all, by_key_and_place());
            ASSERT_TRUE(is_stably_sorted(all)) << input.name << " " << size;
            ASSERT_TRUE(has_all(all, size)) << input.name << " " << size;
            all = dealt<Range>(input.values);
            parallel_stable_sort(threads, all, by_key());
            ASSERT_TRUE(is_stably_sorted(all)) << input.name << " " << size;
            ASSERT_TRUE(has_all(all, size)) << input.name << " " << size;
        }
    }
}

TEST_P(parallel_sort_test, sorts_elements_of_every_kind) {
    sorts<std::vector<card>>(threads);
    sorts<std::vector<token>>(threads);
    sorts<std::deque<card>>(threads);
    sorts<std::vector<old_fashioned>>(threads);
    EXPECT_EQ(token::alive, 0);
}

TEST_P(parallel_sort_test, takes_orders_and_projections_of_every_kind) {
    std::vector<std::uint32_t> values = random_keys(many);
    parallel_sort(threads, values);
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
    parallel_stable_sort(threads, std::span(values), std::ranges::greater());
    EXPECT_TRUE(std::is_sorted(values.rbegin(), values.rend()));

    auto cards = dealt<std::vector<card>>(random_keys(many));
    parallel_sort(threads, cards, {}, &card::key);
    EXPECT_TRUE(std::is_sorted(cards.begin(), cards.end(), by_key()));
    parallel_stable_sort(threads, cards, {}, &card::place);
    EXPECT_TRUE(std::ranges::is_sorted(cards, {}, &card::place));
    parallel_sort(threads, cards, [](std::uint32_t a, std::uint32_t b) { return a > b; },
                  [](const card& one) { return one.key; });
    EXPECT_TRUE(std::is_sorted(cards.rbegin(), cards.rend(), by_key()));

    std::vector<std::string> texts;
    for (const std::uint32_t value : values) texts.push_back(std::to_string(value));
    parallel_sort(threads, texts, {}, &std::string::size);
    EXPECT_TRUE(std::ranges::is_sorted(texts, {}, &std::string::size));
    parallel_sort(threads, texts);
    EXPECT_TRUE(std::is_sorted(texts.begin(), texts.end()));

    std::vector<std::unique_ptr<std::uint32_t>> owners;
    for (const std::uint32_t value : random_keys(many))
        owners.push_back(std::make_unique<std::uint32_t>(value));
    parallel_sort(threads, owners, {}, [](const auto& owner) { return *owner; });
    EXPECT_TRUE(std::ranges::is_sorted(owners, {}, [](const auto& owner) { return *owner; }));
}

TEST_P(parallel_sort_test, sorts_a_part_and_leaves_the_rest) {
    std::vector<std::uint32_t> values = random_keys(many);
    const std::vector<std::uint32_t> before = values;
    const std::span part = std::span(values).subspan(100, many - 200);
    parallel_sort(threads, part);
    EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
    EXPECT_TRUE(std::equal(values.begin(), values.begin() + 100, before.begin()));
    EXPECT_TRUE(std::equal(values.end() - 100, values.end(), before.end() - 100));
}

template <class T>
void survives_throwing(thread_pool& threads) {
    for (const bool stable : {false, true}) {
        for (long calls = 0;; calls = calls * 5 + 1) {
            auto all = dealt<std::vector<T>>(random_keys(many));
            failing_order order(calls);
            const auto less = [&](const T& left, const T& right) { return order(left, right); };
            bool thrown = false;
            try {
                if (stable)
                    parallel_stable_sort(threads, all, less);
                else
                    parallel_sort(threads, all, less);
            } catch (const std::runtime_error& error) {
                EXPECT_STREQ(error.what(), "no order");
                thrown = true;
            }
            ASSERT_TRUE(has_all(all, many)) << "comparison " << calls;
            if (!thrown) break;
        }
    }
}

TEST_P(parallel_sort_test, loses_nothing_when_a_comparison_throws) {
    survives_throwing<card>(threads);
    survives_throwing<token>(threads);
    survives_throwing<old_fashioned>(threads);
    EXPECT_EQ(token::alive, 0);
}

TEST_P(parallel_sort_test, loses_nothing_without_an_order) {
    for (unsigned seed = 0; seed < 5; ++seed) {
        auto all = dealt<std::vector<token>>(random_keys(many));
        no_order order(seed);
        const auto less = [&](const token& left, const token& right) { return order(left, right); };
        parallel_sort(threads, all, less);
        ASSERT_TRUE(has_all(all, many));
        parallel_stable_sort(threads, all, less);
        ASSERT_TRUE(has_all(all, many));
    }
}

TEST_P(parallel_sort_test, is_called_by_jobs_of_the_pool_itself) {
    std::vector<std::vector<std::uint32_t>> lists;
    for (unsigned seed = 0; seed < 8; ++seed) lists.push_back(patterns(many, seed).front().values);
    std::vector<future<void>> done;
    for (auto& list : lists)
        done.push_back(threads.submit([this, &list] { parallel_sort(threads, list); }));
    for (future<void>& each : done) each.get();
    for (const auto& list : lists) EXPECT_TRUE(std::is_sorted(list.begin(), list.end()));
}

TEST(parallel_sort, does_not_need_the_pool_for_few) {
    thread_pool threads({.workers = 2});
    threads.shutdown();
    auto few = dealt<std::vector<card>>(random_keys(1000));
    parallel_stable_sort(threads, few, by_key());
    EXPECT_TRUE(is_stably_sorted(few));
    const auto caller = std::this_thread::get_id();
    parallel_sort(threads, few, [&](const card& left, const card& right) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        return left.place < right.place;
    });
    EXPECT_TRUE(std::ranges::is_sorted(few, {}, &card::place));
    auto all = dealt<std::vector<card>>(random_keys(many));
    const auto before = all;
    EXPECT_THROW(parallel_sort(threads, all, by_key()), std::runtime_error);
    EXPECT_THROW(parallel_stable_sort(threads, all, by_key()), std::runtime_error);
    EXPECT_EQ(all, before);
}

TEST(parallel_sort, goes_on_after_a_comparison_has_blocked) {
    // Whoever waits for its own pool loses its place to another thread, and needs one to fork.
    thread_pool threads({.workers = 2});
    auto all = dealt<std::vector<card>>(random_keys(many));
    std::atomic<int> comparisons{0};
    parallel_sort(threads, all, [&](const card& left, const card& right) {
        if (comparisons.fetch_add(1) % 50000 == 0) threads.submit([] {}).get();
        return by_key_and_place()(left, right);
    });
    EXPECT_TRUE(is_stably_sorted(all));
    // The same for the second and third of several functions.
    std::atomic<int> calls{0};
    const auto call = [&] {
        threads.submit([] {}).get();
        ++calls;
    };
    parallel_invoke(threads, call, call, call, call);
    EXPECT_EQ(calls, 4);
}

TEST(parallel_sort, forks_where_a_thread_has_lost_its_place) {
    thread_pool threads({.workers = 1});
    promise<void> go;
    future<void> gone = go.get_future();
    promise<void> by_other;
    bool both_at_once = false;
    future<void> guest = threads.submit([&] {
        gone.wait();   // another thread takes the only place over
        impl::computation all(nullptr);
        const impl::pool_fork fork(threads, all);
        const auto caller = std::this_thread::get_id();
        fork(
            [&] { both_at_once = by_other.get_future().wait_for(std::chrono::seconds(30)); },
            [&] {
                if (std::this_thread::get_id() != caller) by_other.set_value();
            });
    });
    // Run by the thread that has taken over.
    threads.submit([&] { go.set_value(); }).get();
    guest.get();
    EXPECT_TRUE(both_at_once);
}

task<void> sorts_for_a_loop(thread_pool& threads, std::vector<std::uint32_t>& values) {
    EXPECT_THROW(parallel_sort(threads, values), std::logic_error);
    co_await parallel_sort(awaited(threads), values);
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
    co_await parallel_stable_sort(awaited(threads), values, std::ranges::greater());
    EXPECT_TRUE(std::is_sorted(values.rbegin(), values.rend()));
    co_await parallel_sort(awaited(threads), std::span(values).first(100));
    EXPECT_TRUE(std::is_sorted(values.begin(), values.begin() + 100));
}

TEST(parallel_sort, does_not_stop_an_event_loop) {
    thread_pool threads({.workers = 2});
    std::vector<std::uint32_t> values = random_keys(many);
    run(sorts_for_a_loop(threads, values));
}

TEST(parallel_sort, ends_soon_when_it_is_cancelled) {
    thread_pool threads({.workers = 2});
    for (const bool stable : {false, true}) {
        auto all = dealt<std::vector<token>>(random_keys(10 * many));
        std::atomic<long> comparisons{0};
        std::atomic<bool> stopped{false};
        impl::computation part(nullptr);
        const auto sort_all = [&] {
            const auto less = [&](const token& left, const token& right) {
                if (comparisons.fetch_add(1) == 10000) {
                    part.stop();
                    stopped = true;
                }
                return left.key < right.key;
            };
            impl::pool_fork fork(threads, part);
            if (stable)
                impl::stable_sort(all.data(), all.data() + all.size(), less, fork);
            else
                impl::parallel_quick_sort<token*, decltype(less), impl::pool_fork>::run(
                    all.data(), all.data() + all.size(), less, fork);
        };
        EXPECT_THROW(threads.submit(sort_all).get(), cancelled);
        EXPECT_TRUE(stopped);
        EXPECT_LT(comparisons, 2'000'000);   // of five million
        EXPECT_TRUE(has_all(all, 10 * many));
    }
}

}  // namespace
}  // namespace troika
