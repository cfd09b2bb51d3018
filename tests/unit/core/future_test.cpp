// SPDX-License-Identifier: MIT
#include <troika/core/future.hpp>

#include "core/report.hpp"
#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Future, IsEmptyUntilItIsGivenAState) {
    future<int> none;
    EXPECT_FALSE(none.valid());
    EXPECT_DEATH(static_cast<void>(none.done()), "without a state");
}

TEST(Future, GivesWhatThePromiseWasKeptWith) {
    promise<std::string> owed;
    future<std::string> answer = owed.get_future();
    EXPECT_FALSE(answer.done());
    owed.set_value("text");
    EXPECT_TRUE(answer.done());
    EXPECT_EQ(answer.get(), "text");
    EXPECT_EQ(answer.get(), "text");            // read in place
    EXPECT_EQ(std::move(answer).get(), "text");   // moved out
}

TEST(Future, ThrowsWhatThePromiseWasBrokenWith) {
    promise<void> owed;
    future<void> answer = owed.get_future();
    owed.set_exception(std::make_exception_ptr(std::runtime_error("no")));
    EXPECT_THROW(answer.get(), std::runtime_error);
    EXPECT_EQ(describe(answer.exception()), "no");
}

TEST(Future, OfADroppedPromiseIsBroken) {
    future<int> answer;
    {
        promise<int> owed;
        answer = owed.get_future();
    }
    EXPECT_THROW(answer.get(), broken_promise);
}

TEST(Promise, IsKeptOnce) {
    promise<int> owed;
    owed.set_value(1);
    EXPECT_THROW(owed.set_value(2), std::logic_error);
    EXPECT_THROW(owed.set_exception(std::make_exception_ptr(1)), std::logic_error);
}

TEST(Future, CancelPreventsWorkThatHasNotStarted) {
    promise<int> owed;
    future<int> answer = owed.get_future();
    EXPECT_TRUE(answer.cancel());
    EXPECT_FALSE(owed.start());
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_FALSE(answer.cancel());
}

TEST(Future, CancelAsksWorkThatHasStarted) {
    promise<int> owed;
    future<int> answer = owed.get_future();
    EXPECT_TRUE(owed.start());
    EXPECT_FALSE(owed.cancel_requested());
    EXPECT_FALSE(answer.cancel());
    EXPECT_TRUE(owed.cancel_requested());
    owed.set_value(1);
    EXPECT_EQ(answer.get(), 1);
}

TEST(Future, OfATaskIsCancelledBeforeOrWhileItRuns) {
    virtual_loop here;
    bool cancelled_early = false;
    bool cancelled_late = true;
    auto main = [&]() -> task<void> {
        future<int> early = here.start(after(1h, 1));
        cancelled_early = early.cancel();
        future<int> late = here.start(after(1h, 1));
        co_await yield_now();
        cancelled_late = late.cancel();
        co_await yield_now();
        co_await yield_now();
        EXPECT_TRUE(early.done() && late.done());
    };
    here.run(main());
    EXPECT_TRUE(cancelled_early);
    EXPECT_FALSE(cancelled_late);
}

TEST(Future, CallsBackInOrder) {
    promise<int> owed;
    future<int> answer = owed.get_future();
    std::vector<int> log;
    answer.add_done_callback([&](const future<int>& f) { log.push_back(f.get()); });
    answer.add_done_callback([&](const future<int>& f) { log.push_back(f.get() + 1); });
    owed.set_value(1);
    answer.add_done_callback([&](const future<int>& f) { log.push_back(f.get() + 2); });
    EXPECT_THAT(log, testing::ElementsAre(1, 2, 3));
}

TEST(Future, ReportsWhatACallbackThrows) {
    testing::internal::CaptureStderr();
    promise<int> owed;
    future<int> answer = owed.get_future();
    answer.add_done_callback([](const future<int>&) { throw std::runtime_error("in a callback"); });
    owed.set_value(1);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("in a callback"));
}

TEST(Future, IsAwaitedByManyTasks) {
    virtual_loop here;
    promise<int> owed;
    future<int> answer = owed.get_future();
    int sum = 0;
    auto adds = [&]() -> task<void> { sum += co_await answer; };
    future<void> a = here.start(adds());
    future<void> b = here.start(adds());
    here.loop().turn(false);
    owed.set_value(4);
    here.finish(a);
    here.finish(b);
    EXPECT_EQ(sum, 8);
}

TEST(Future, CancelOfAWaitingTaskLeavesTheWorkAlone) {
    virtual_loop here;
    promise<int> owed;
    future<int> answer = owed.get_future();
    auto waits = [&]() -> task<void> { co_await answer; };
    future<void> waiter = here.start(waits());
    here.loop().turn(false);
    waiter.cancel();
    here.finish(waiter);
    EXPECT_THROW(waiter.get(), cancelled);
    EXPECT_TRUE(owed.start());
}

TEST(Future, AnErrorThatNobodyLooksAtIsReported) {
    testing::internal::CaptureStderr();
    virtual_loop here;
    auto main = [&]() -> task<void> {
        { future<int> dropped_before = here.start(fail_after(1s, "seen by nobody"), {}); }
        future<int> dropped_after = here.start(fail_after(1s, "lost"), {.name = "loser"});
        co_await sleep(2s);
    };
    here.run(main());
    const std::string text = testing::internal::GetCapturedStderr();
    if (!impl::reporting) {
        EXPECT_EQ(text, "");
        return;
    }
    EXPECT_THAT(text, testing::HasSubstr("never retrieved from a task 'loser': lost"));
}

TEST(Future, ErrorsThatWereSeenAndCancellationsAreNotReported) {
    testing::internal::CaptureStderr();
    virtual_loop here;
    auto main = [&]() -> task<void> {
        future<int> seen = here.start(fail_after(1s, "seen"));
        future<int> stopped = here.start(after(1h, 1));
        co_await sleep(2s);
        EXPECT_EQ(describe(seen.exception()), "seen");
        stopped.cancel();
        co_await yield_now();
    };
    here.run(main());
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Future, APromiseNobodyWaitsForMayGoQuietly) {
    testing::internal::CaptureStderr();
    { promise<int> owed; }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace troika
