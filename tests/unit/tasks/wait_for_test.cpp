// SPDX-License-Identifier: MIT
#include <troika/tasks/wait_for.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(WaitFor, GivesTheValueInTime) {
    virtual_loop here;
    EXPECT_EQ(here.run(wait_for(after(1s, 5), 2s)), 5);
    EXPECT_EQ(here.elapsed(), 1s);
    here.run(wait_for(nothing_after(1s), duration::max()));
    EXPECT_EQ(*here.run(wait_for(box_after(1s, 6), 2s)), 6);
}

TEST(WaitFor, ThrowsAfterTheWorkHasEnded) {
    std::vector<std::string> log;
    virtual_loop here;
    try {
        here.run(wait_for(clean_up_slowly(5s, log), 1500ms));
        ADD_FAILURE() << "nothing was thrown";
    } catch (const timeout_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("wait_for: not done within 1.5 s"));
    }
    EXPECT_THAT(log, testing::ElementsAre("cleaned up"));
    EXPECT_EQ(here.elapsed(), 6500ms);
}

TEST(WaitFor, GivesTheValueOfWorkThatSuppressedTheCancel) {
    EXPECT_EQ(run_virtual(wait_for(value_when_cancelled(7), 1s)), 7);
}

TEST(WaitFor, PassesErrorsOn) {
    EXPECT_THROW(run_virtual(wait_for(fail_after(1s, "no"), 2s)), std::runtime_error);
}

TEST(WaitFor, WithoutTimeNeverStartsATask) {
    testing::internal::CaptureStderr();
    bool ran = false;
    auto notes = [&]() -> task<void> { ran = true; co_return; };
    EXPECT_THROW(run_virtual(wait_for(notes(), 0s)), timeout_error);
    EXPECT_THROW(run_virtual(wait_for(notes(), -1s)), timeout_error);
    EXPECT_FALSE(ran);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(WaitFor, WithoutTimeGivesAFutureThatIsDone) {
    virtual_loop here;
    promise<std::unique_ptr<int>> owed;
    auto answer = owed.get_future();
    owed.set_value(std::make_unique<int>(3));
    EXPECT_EQ(*here.run(wait_for(std::move(answer), 0s)), 3);
}

TEST(WaitFor, AFutureThatIsLateIsAskedToStopAndWaitedFor) {
    std::vector<std::string> log;
    virtual_loop here;
    future<void> slow = here.start(clean_up_slowly(5s, log));
    EXPECT_THROW(here.run(wait_for(slow, 1s)), timeout_error);
    EXPECT_TRUE(slow.done());
    EXPECT_EQ(here.elapsed(), 6s);
}

TEST(WaitFor, AFutureGivesTheValueThatItsTaskGaveInAnswerToTheCancel) {
    virtual_loop here;
    future<int> stubborn = here.start(value_when_cancelled(4));
    here.loop().turn(false);
    EXPECT_EQ(here.run(wait_for(stubborn, 0s)), 4);
}

TEST(WaitFor, AThreadsFutureThatIsLateIsNotWaitedFor) {
    virtual_loop here;
    promise<int> owed;
    EXPECT_TRUE(owed.start());   // a thread has begun
    EXPECT_THROW(here.run(wait_for(owed.get_future(), 1s)), timeout_error);
    EXPECT_TRUE(owed.cancel_requested());
}

TEST(WaitFor, ACancellationFromOutsideIsNoTimeout) {
    virtual_loop here;
    future<int> answer = here.start(wait_for(after(1h, 1), 2h));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
}

TEST(WaitFor, TheOuterOfTwoTimeoutsThatPassTogetherWins) {
    virtual_loop here;
    auto inner = []() -> task<std::string> {
        try {
            co_await wait_for(nothing_after(1h), 1s);
        } catch (const timeout_error&) {
            co_return "inner";
        }
        co_return "none";
    };
    EXPECT_EQ(here.run(wait_for(inner(), 2s)), "inner");
    EXPECT_THROW(here.run(wait_for(inner(), 500ms)), timeout_error);
}

TEST(WaitFor, WorkCancelledBySomebodyElseIsNoTimeout) {
    virtual_loop here;
    future<int> other = here.start(after(1h, 1));
    other.cancel();
    EXPECT_THROW(here.run(wait_for(other, 2h)), cancelled);
}

TEST(WaitFor, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto box = co_await wait_for(box_after(1s, 1), 2s);
        EXPECT_EQ(*box, 1);
        bool late = false;
        try {
            co_await wait_for(nothing_after(2s), 1s);
        } catch (const timeout_error&) {
            late = true;
        }
        EXPECT_TRUE(late);
        promise<int> owed;
        auto nothing = co_await move_on_after(1s, owed.get_future());
        EXPECT_FALSE(nothing.has_value());
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 3u);
}

}  // namespace
}  // namespace troika
