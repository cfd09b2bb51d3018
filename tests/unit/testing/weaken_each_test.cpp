// SPDX-License-Identifier: MIT
#include <troika/testing/model_atomics.hpp>
#include <troika/testing/weaken_each.hpp>

#include "unit/testing/lock_free_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace troika::testing {
namespace {

using enum std::memory_order;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <class T>
using atomic = model_atomics::atomic<T>;
template <class T>
using plain = model_atomics::plain<T>;

template <class Lock>
void two_under_a_lock(model_run& run) {
    auto& lock = run.make<Lock>();
    auto& data = run.make<plain<int>>(0);
    for (int t = 0; t < 2; ++t)
        run.thread([&] {
            lock.lock();
            data.change() += 1;
            lock.unlock();
        });
}

}  // namespace

TEST(weaken_each, a_spin_lock_needs_every_order) {
    EXPECT_THAT(weaken_each({}, two_under_a_lock<samples::spin_lock<model_atomics>>), IsEmpty());
}

TEST(weaken_each, finds_an_order_that_is_too_strong) {
    using lock = samples::spin_lock<model_atomics, seq_cst, seq_cst>;
    const auto survivors = weaken_each({}, two_under_a_lock<lock>);
    ASSERT_EQ(survivors.size(), 2u) << weakenings_text(survivors);
    EXPECT_THAT(survivors[0].text(), HasSubstr("lock_free_samples.hpp"));
    EXPECT_THAT(survivors[0].text(), HasSubstr("exchange seq_cst -> acq_rel"));
    EXPECT_THAT(survivors[1].text(), HasSubstr("store seq_cst -> release"));
}

TEST(weaken_each, tries_both_halves_of_acq_rel) {
    using lock = samples::spin_lock<model_atomics, acq_rel>;
    const auto survivors = weaken_each({}, two_under_a_lock<lock>);
    ASSERT_EQ(survivors.size(), 1u) << weakenings_text(survivors);
    EXPECT_THAT(survivors[0].text(), HasSubstr("exchange acq_rel -> acquire"));
}

TEST(weaken_each, one_scenario_that_notices_is_enough) {
    const auto waits = [](model_run& run) {
        auto& done = run.make<samples::flag_event<model_atomics>>();
        run.thread([&] { done.wait(); });
        run.thread([&] { done.set(); });
    };
    const auto publishes = [](model_run& run) {
        auto& done = run.make<samples::flag_event<model_atomics>>();
        auto& data = run.make<plain<int>>(0);
        run.thread([&] {
            done.wait();
            run.expect(data.read() == 1, "what came before the event");
        });
        run.thread([&] {
            data.write(1);
            done.set();
        });
    };
    EXPECT_EQ(weaken_each({}, waits).size(), 2u);
    EXPECT_THAT(weaken_each({}, waits, publishes), IsEmpty());
}

TEST(weaken_each, weakens_a_failed_swap_by_itself) {
    // The order of the failure hands the data over here, not that of the success.
    const auto survivors = weaken_each({}, [](model_run& run) {
        auto& claimed = run.make<atomic<int>>(0);
        auto& data = run.make<plain<int>>(0);
        run.thread([&] {
            data.write(1);
            claimed.store(1, release);
        });
        run.thread([&] {
            int expected = 0;
            if (!claimed.compare_exchange_strong(expected, 2, acquire, acquire))
                static_cast<void>(data.read());
        });
    });
    ASSERT_EQ(survivors.size(), 1u) << weakenings_text(survivors);
    EXPECT_THAT(survivors[0].text(), HasSubstr("compare_exchange acquire -> relaxed"));
}

TEST(weaken_each, keeps_to_the_files_that_are_asked_for) {
    using lock = samples::spin_lock<model_atomics, seq_cst, seq_cst>;
    EXPECT_EQ(weaken_each({.weaken_in = "lock_free_samples.hpp"}, two_under_a_lock<lock>).size(),
              2u);
    EXPECT_THAT(weaken_each({.weaken_in = "weaken_each_test.cpp"}, two_under_a_lock<lock>),
                IsEmpty());
}

TEST(weaken_each, refuses_a_scenario_that_fails_as_it_stands) {
    const auto fails = [](model_run& run) { run.finally([&] { run.expect(false, "no"); }); };
    EXPECT_THROW(weaken_each({}, [](model_run&) {}, fails), std::invalid_argument);
}

}  // namespace troika::testing
