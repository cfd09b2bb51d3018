// SPDX-License-Identifier: MIT
#include <troika/core/cancel_scope.hpp>
#include <troika/core/task_owner.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(CancelScope, IsLevelTriggered) {
    std::vector<std::string> log;
    auto main = [&]() -> task<void> {
        cancel_scope scope;
        scope.cancel();
        EXPECT_TRUE(scope.is_cancelled());
        for (int i = 0; i < 3; ++i) {
            try {
                co_await sleep(1s);
                log.push_back("slept");
            } catch (const cancelled&) {
                log.push_back("refused");
            }
        }
        scope.leave();
        EXPECT_TRUE(scope.caught());
        co_await sleep(1s);   // outside again
        log.push_back("slept");
    };
    virtual_loop here;
    here.run(main());
    EXPECT_THAT(log, testing::ElementsAre("refused", "refused", "refused", "slept"));
    EXPECT_EQ(here.elapsed(), 1s);
}

TEST(CancelScope, ItsDeadlineAbortsTheWait) {
    auto main = []() -> task<void> {
        cancel_scope scope({.deadline = deadline_after(current_task().home().now(), 2s)});
        bool late = false;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            late = true;
        }
        scope.leave();
        EXPECT_TRUE(late && scope.expired() && scope.caught());
    };
    virtual_loop here;
    here.run(main());
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(CancelScope, TheDeadlineMoves) {
    auto main = []() -> task<void> {
        const time_point now = current_task().home().now();
        cancel_scope scope({.deadline = deadline_after(now, 1s)});
        scope.set_deadline(deadline_after(now, 3s));
        co_await sleep(2s);
        EXPECT_FALSE(scope.cancel_called());
        scope.set_deadline(never);
        co_await sleep(2s);
        EXPECT_FALSE(scope.cancel_called());
        scope.set_deadline(now);   // past: at once
        EXPECT_TRUE(scope.expired());
        scope.leave();
    };
    run_virtual(main());
}

TEST(CancelScope, NestLikeBrackets) {
    auto main = []() -> task<void> {
        cancel_scope outer;
        cancel_scope inner;
        outer.cancel();
        EXPECT_TRUE(inner.is_cancelled());
        EXPECT_FALSE(inner.cancel_called());
        inner.leave();
        EXPECT_FALSE(inner.caught());   // the flight goes on to the outer scope
        outer.leave();
        EXPECT_TRUE(outer.caught());
        co_return;
    };
    run_virtual(main());
}

TEST(CancelScope, TheInnerOneDoesNotTouchTheOuter) {
    auto main = []() -> task<void> {
        cancel_scope outer;
        {
            cancel_scope inner;
            inner.cancel();
        }
        EXPECT_FALSE(outer.is_cancelled());
        co_await sleep(1s);
    };
    run_virtual(main());
}

TEST(CancelScope, AShieldHoldsUntilItIsLeft) {
    std::vector<std::string> log;
    auto main = [&]() -> task<void> {
        cancel_scope outer;
        outer.cancel();
        {
            cancel_scope protect({.shielded = true});
            EXPECT_FALSE(protect.is_cancelled());
            co_await sleep(1s);
            log.push_back("inside");
            protect.cancel();   // its own cancellation counts
            EXPECT_TRUE(protect.is_cancelled());
        }
        try {
            co_await sleep(1s);
        } catch (const cancelled&) {
            log.push_back("outside");
        }
        outer.leave();
    };
    virtual_loop here;
    here.run(main());
    EXPECT_THAT(log, testing::ElementsAre("inside", "outside"));
}

TEST(CancelScope, AnOperationThatHadWonDeliversItsResult) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        promise<int> owed;
        future<int> answer = owed.get_future();
        cancel_scope scope;
        auto both = [&]() -> task<void> {
            owed.set_value(5);
            scope.cancel();
            co_return;
        };
        here.start(both());
        const int won = co_await answer;
        EXPECT_EQ(won, 5);
        bool refused = false;
        try {
            co_await yield_now();
        } catch (const cancelled&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        scope.leave();
    };
    here.run(main());
}

TEST(CancelScope, LeftInTheWrongOrderIsABug) {
    auto main = []() -> task<void> {
        auto outer = std::make_unique<cancel_scope>();
        const cancel_scope inner;
        outer.reset();
        co_return;
    };
    EXPECT_DEATH(run_virtual(main()), "reverse order");
}

TEST(CancelScope, OutsideOfTasksIsABug) {
    EXPECT_DEATH({ const cancel_scope scope; }, "in a task");
}

}  // namespace
}  // namespace troika
