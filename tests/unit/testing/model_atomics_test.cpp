// SPDX-License-Identifier: MIT
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace troika::testing {
namespace {

using ::testing::HasSubstr;

template <class T>
using atomic = model_atomics::atomic<T>;

enum class colour : std::uint8_t { red, green };

/// Runs `body` as the only thread of a scenario.
template <class Body>
void in_model(Body body) {
    EXPECT_EQ(model([&](model_run& run) { run.thread([&] { body(); }); }).failure, "");
}

template <class T>
void counts_as_the_standard_one_does(T start, T by) {
    in_model([=] {
        std::atomic<T> expected(start);
        atomic<T> found(start);
        EXPECT_EQ(found.fetch_add(by), expected.fetch_add(by));
        EXPECT_EQ(found.load(), expected.load());
        EXPECT_EQ(found.fetch_sub(by), expected.fetch_sub(by));
        EXPECT_EQ(found.fetch_sub(by), expected.fetch_sub(by));
        EXPECT_EQ(found.fetch_or(by), expected.fetch_or(by));
        EXPECT_EQ(found.fetch_and(by), expected.fetch_and(by));
        EXPECT_EQ(found.fetch_xor(by), expected.fetch_xor(by));
        EXPECT_EQ(found.exchange(start), expected.exchange(start));
        EXPECT_EQ(found.load(), expected.load());
    });
}

}  // namespace

TEST(model_atomics, counts_in_every_width) {
    counts_as_the_standard_one_does<std::uint8_t>(250, 13);
    counts_as_the_standard_one_does<std::int8_t>(-100, 99);
    counts_as_the_standard_one_does<std::uint16_t>(65000, 9999);
    counts_as_the_standard_one_does<int>(-5, 7);
    counts_as_the_standard_one_does<unsigned>(3, std::numeric_limits<unsigned>::max());
    counts_as_the_standard_one_does<std::int64_t>(std::numeric_limits<std::int64_t>::max() - 1, 3);
    counts_as_the_standard_one_does<std::uint64_t>(0, 1);
}

TEST(model_atomics, a_pointer_moves_by_elements) {
    in_model([] {
        int row[4] = {};
        atomic<int*> at(row);
        EXPECT_EQ(at.fetch_add(3), row);
        EXPECT_EQ(at.fetch_sub(2), row + 3);
        EXPECT_EQ(at.load(), row + 1);
    });
}

TEST(model_atomics, keeps_booleans_enumerations_and_small_structures) {
    in_model([] {
        struct pair {
            std::uint16_t a, b;
        };
        atomic<bool> truth;
        EXPECT_FALSE(truth.exchange(true));
        EXPECT_TRUE(truth.load());
        atomic<colour> hue(colour::green);
        EXPECT_EQ(hue.load(), colour::green);
        hue.store(colour::red);
        EXPECT_EQ(hue.load(), colour::red);
        atomic<pair> both({1, 2});
        pair seen{0, 0};
        EXPECT_FALSE(both.compare_exchange_strong(seen, {3, 4}));
        EXPECT_TRUE(both.compare_exchange_strong(seen, {3, 4}));
        EXPECT_EQ(both.load().b, 4);
    });
}

TEST(model_atomics, a_swap_tells_what_it_has_found) {
    in_model([] {
        atomic<int> number(1);
        int expected = 2;
        EXPECT_FALSE(number.compare_exchange_strong(expected, 3));
        EXPECT_EQ(expected, 1);
        EXPECT_TRUE(number.compare_exchange_strong(expected, 3, std::memory_order_acq_rel));
        EXPECT_EQ(expected, 1);
        EXPECT_EQ(number.load(), 3);
    });
}

TEST(model_atomics, only_a_weak_swap_fails_for_no_reason) {
    const auto failures = [](bool weak, unsigned allowed) {
        int failed = 0;
        EXPECT_EQ(model({.spurious_failures_max = allowed},
                        [&](model_run& run) {
                            auto& number = run.make<atomic<int>>(1);
                            run.thread([&] {
                                int expected = 1;
                                const bool swapped = weak
                                    ? number.compare_exchange_weak(expected, 2)
                                    : number.compare_exchange_strong(expected, 2);
                                EXPECT_EQ(expected, 1);
                                failed += swapped ? 0 : 1;
                            });
                        })
                      .failure,
                  "");
        return failed;
    };
    EXPECT_EQ(failures(true, 1), 1);
    EXPECT_EQ(failures(true, 0), 0);
    EXPECT_EQ(failures(false, 1), 0);
}

TEST(model_atomics, a_swap_with_one_order_fails_with_its_load) {
    using impl::failure_order;
    EXPECT_EQ(failure_order(std::memory_order_acq_rel), std::memory_order_acquire);
    EXPECT_EQ(failure_order(std::memory_order_release), std::memory_order_relaxed);
    EXPECT_EQ(failure_order(std::memory_order_seq_cst), std::memory_order_seq_cst);
    EXPECT_EQ(failure_order(std::memory_order_acquire), std::memory_order_acquire);
}

TEST(model_atomics, plain_data_may_be_of_any_type) {
    in_model([] {
        model_atomics::plain<std::string> text;
        text.write("one");
        text.change() += " two";
        EXPECT_EQ(text.read(), "one two");
    });
}

TEST(model_atomics, wait_returns_when_the_word_has_changed_and_a_wake_may_be_for_nobody) {
    in_model([] {
        atomic<std::uint32_t> word(1);
        model_atomics::wait(word, 0);
        model_atomics::wake(word, 1);
    });
}

TEST(model_atomics, an_object_from_outside_is_refused) {
    const auto report = model([](model_run& run) {
        run.thread([] {
            alignas(atomic<int>) const char nothing[sizeof(atomic<int>)] = {};
            static_cast<void>(reinterpret_cast<const atomic<int>&>(nothing).load());
        });
    });
    EXPECT_THAT(report.failure, HasSubstr("has not constructed"));
}

TEST(model_atomics_death, are_for_scenarios) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(atomic<int>(1), "for scenarios that model\\(\\) runs");
}

}  // namespace troika::testing
