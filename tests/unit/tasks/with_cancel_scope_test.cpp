// SPDX-License-Identifier: MIT
#include <troika/tasks/with_cancel_scope.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(WithCancelScope, GivesTheValueOfTheBody) {
    EXPECT_EQ(run_virtual(with_cancel_scope([](cancel_scope&) -> task<int> { co_return 5; })), 5);
    EXPECT_TRUE(run_virtual(with_cancel_scope([](cancel_scope&) -> task<void> { co_return; })));
}

TEST(WithCancelScope, GivesNothingWhenItsScopeWasCancelled) {
    virtual_loop here;
    auto body = [](cancel_scope& scope) -> task<int> {
        scope.cancel();
        co_return co_await after(1h, 1);
    };
    EXPECT_FALSE(here.run(with_cancel_scope(body)).has_value());
    auto late = [](cancel_scope& scope) -> task<void> {
        scope.set_deadline(deadline_after(current_task().home().now(), 1s));
        co_await sleep(1h);
    };
    EXPECT_FALSE(here.run(with_cancel_scope(late)));
    EXPECT_EQ(here.elapsed(), 1s);
}

TEST(WithCancelScope, CanBeCancelledByAnotherTask) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        cancel_scope* open = nullptr;
        auto closes = [&]() -> task<void> {
            co_await sleep(1s);
            open->cancel();
        };
        const bool finished = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
            open = &scope;
            here.start(closes());
            co_await sleep(1h);
        });
        EXPECT_FALSE(finished);
        co_await sleep(1s);
    };
    here.run(main());
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(WithCancelScope, AnOuterCancellationGoesOn) {
    virtual_loop here;
    auto body = [](cancel_scope& outer) -> task<void> {
        const bool inner = co_await with_cancel_scope([&outer](cancel_scope& scope) -> task<void> {
            scope.cancel();
            outer.cancel();
            co_await yield_now();
        });
        ADD_FAILURE() << "the outer scope was cancelled as well: " << inner;
    };
    EXPECT_FALSE(here.run(with_cancel_scope(body)));
}

TEST(WithCancelScope, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        const bool finished = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
            co_await sleep(1s);
            scope.cancel();
            co_await sleep(1s);
        });
        EXPECT_FALSE(finished);
        co_await yield_now();
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 2u);
}

}  // namespace
}  // namespace troika
