// SPDX-License-Identifier: MIT
#include <troika/tasks/shield.hpp>
#include <troika/tasks/move_on_after.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Shield, AnOuterCancelWaitsItsTurn) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        const int saved = co_await shield(after(5s, 1));
        log.push_back("saved " + std::to_string(saved));
        co_await yield_now();
        log.push_back("not reached");
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_THAT(log, testing::ElementsAre("saved 1"));
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(Shield, HoldsAgainstADeadlineAround) {
    virtual_loop here;
    EXPECT_EQ(here.run(move_on_after(1s, shield(after(3s, 2)))), 2);
    EXPECT_EQ(here.elapsed(), 3s);
}

TEST(Shield, DeadlinesInsideHold) {
    virtual_loop here;
    auto nothing = here.run(shield(move_on_after(1s, after(3s, 2))));
    EXPECT_FALSE(nothing.has_value());
}

TEST(Shield, PassesErrorsAndMovesResults) {
    EXPECT_THROW(run_virtual(shield(fail_after(1s, "no"))), std::runtime_error);
    EXPECT_EQ(*run_virtual(shield(box_after(1s, 3))), 3);
    run_virtual(shield(nothing_after(1s)));
}

TEST(Shield, RefusedOnEntryNeverStarts) {
    bool ran = false;
    auto main = [&]() -> task<void> {
        cancel_scope scope;
        scope.cancel();
        auto notes = [&]() -> task<void> { ran = true; co_return; };
        co_await shield(notes());
    };
    EXPECT_THROW(run_virtual(main()), cancelled);
    EXPECT_FALSE(ran);
}

TEST(Shield, KeepsTheWorkOfAFuture) {
    virtual_loop here;
    future<int> work = here.start(after(2s, 9));
    EXPECT_EQ(here.run(move_on_after(1s, shield(work))), 9);
    EXPECT_EQ(work.get(), 9);
}

TEST(Shield, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto box = co_await shield(box_after(1s, 1));
        EXPECT_EQ(*box, 1);
        co_await yield_now();
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 2u);
}

}  // namespace
}  // namespace troika
