// SPDX-License-Identifier: MIT
#include <troika/tasks/yield_now.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(YieldNow, GivesTheTurnToTheOthers) {
    virtual_loop here;
    std::string order;
    auto note = [&](char what) -> task<void> {
        for (int i = 0; i < 3; ++i) {
            order += what;
            co_await yield_now();
        }
    };
    future<void> a = here.start(note('a'));
    future<void> b = here.start(note('b'));
    here.finish(a);
    here.finish(b);
    EXPECT_EQ(order, "ababab");
}

TEST(YieldNow, ThrowsWhenItWasCancelledMeanwhile) {
    virtual_loop here;
    bool was_cancelled = false;
    auto main = [&]() -> task<void> {
        cancel_scope scope;
        auto closes = [&]() -> task<void> { scope.cancel(); co_return; };
        here.start(closes());
        try {
            co_await yield_now();
        } catch (const cancelled&) {
            was_cancelled = true;
        }
    };
    here.run(main());
    EXPECT_TRUE(was_cancelled);
}

TEST(YieldNow, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        co_await yield_now();
        co_await yield_now();
    };
    EXPECT_EQ(cancel_at_each_turn(scenario), 3u);
}

}  // namespace
}  // namespace troika
