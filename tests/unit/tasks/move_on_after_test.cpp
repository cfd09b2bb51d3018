// SPDX-License-Identifier: MIT
#include <troika/tasks/move_on_after.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(MoveOnAfter, GivesTheValueInTime) {
    EXPECT_EQ(run_virtual(move_on_after(2s, after(1s, 5))), 5);
    EXPECT_EQ(**run_virtual(move_on_after(2s, box_after(1s, 6))), 6);
    EXPECT_TRUE(run_virtual(move_on_after(2s, nothing_after(1s))));
}

TEST(MoveOnAfter, GivesNothingWhenTheTimeIsUp) {
    std::vector<std::string> log;
    virtual_loop here;
    EXPECT_FALSE(here.run(move_on_after(1s, after(2s, 5))).has_value());
    EXPECT_FALSE(here.run(move_on_after(1s, clean_up_slowly(3s, log))));
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(MoveOnAfter, PassesErrorsOn) {
    EXPECT_THROW(run_virtual(move_on_after(2s, fail_after(1s, "no"))), std::runtime_error);
}

TEST(MoveOnAfter, WithoutTimeNeverStarts) {
    bool ran = false;
    auto notes = [&]() -> task<void> { ran = true; co_return; };
    EXPECT_FALSE(run_virtual(move_on_after(0s, notes())));
    EXPECT_FALSE(ran);
}

TEST(MoveOnAfter, GivesReferences) {
    int target = 1;
    auto refer = [](int& to) -> task<int&> { co_return to; };
    auto maybe = run_virtual(move_on_after(1s, refer(target)));
    EXPECT_EQ(&maybe->get(), &target);
}

TEST(MoveOnAfter, TakesFutures) {
    virtual_loop here;
    future<int> quick = here.start(after(1s, 1));
    EXPECT_EQ(here.run(move_on_after(2s, quick)), 1);
    EXPECT_EQ(here.run(move_on_after(2s, quick)), 1);   // copied: others still look at it
    future<int> slow = here.start(after(1h, 2));
    EXPECT_FALSE(here.run(move_on_after(2s, slow)).has_value());
    EXPECT_TRUE(impl::is_cancelled(slow.exception()));
}

TEST(MoveOnAfter, ACancellationFromOutsideGoesOn) {
    virtual_loop here;
    auto answer = here.start(move_on_after(1h, after(2h, 1)));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_TRUE(impl::is_cancelled(answer.exception()));
}

TEST(MoveOnAfter, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto box = co_await move_on_after(1s, box_after(2s, 1));
        EXPECT_FALSE(box.has_value());
        co_await yield_now();
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 2u);
}

}  // namespace
}  // namespace troika
