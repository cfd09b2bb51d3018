// SPDX-License-Identifier: MIT
#include <troika/tasks/as_result.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(AsResult, OfATask) {
    auto main = []() -> task<void> {
        auto value = co_await as_result(box_after(1s, 5));
        EXPECT_EQ(**value, 5);
        auto error = co_await as_result(fail_after(1s, "no"));
        EXPECT_EQ(describe(error.error()), "no");
        auto nothing = co_await as_result(nothing_after(1s));
        EXPECT_TRUE(nothing.has_value());
        static_assert(std::is_same_v<decltype(nothing), result<void>>);
    };
    run_virtual(main());
}

TEST(AsResult, OfAnAwaiter) {
    auto main = []() -> task<void> {
        auto slept = co_await as_result(sleep(1s));
        EXPECT_TRUE(slept.has_value());
        auto pause = sleep(1s);
        auto again = co_await as_result(pause);
        EXPECT_TRUE(again.has_value());
    };
    virtual_loop here;
    here.run(main());
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(AsResult, OfAFuture) {
    virtual_loop here;
    future<std::string> text = here.start(text_after(1s, "text"));
    future<int> failing = here.start(fail_after(2s, "no"));
    auto main = [&]() -> task<void> {
        auto copied = co_await as_result(text);
        EXPECT_EQ(*copied, "text");
        auto moved = co_await as_result(std::move(text));
        EXPECT_EQ(*moved, "text");
        auto error = co_await as_result(failing);
        EXPECT_EQ(describe(error.error()), "no");
    };
    here.run(main());
}

TEST(AsResult, ACancellationDuringTheWaitIsAValue) {
    virtual_loop here;
    promise<int> owed;
    std::vector<bool> log;
    auto main = [&]() -> task<void> {
        auto interrupted_sleep = co_await as_result(sleep(1h));
        log.push_back(impl::is_cancelled(interrupted_sleep.error()));
        // The scope stays cancelled: refused on entry, and nothing thrown either.
        auto refused = co_await as_result(owed.get_future());
        log.push_back(impl::is_cancelled(refused.error()));
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    answer.get();
    EXPECT_THAT(log, testing::ElementsAre(true, true));
    EXPECT_TRUE(owed.start());   // untouched
}

TEST(AsResult, ACancelledWaitForAFutureIsAValue) {
    virtual_loop here;
    promise<int> owed;
    bool was_cancelled = false;
    auto main = [&]() -> task<void> {
        future<int> answer = owed.get_future();
        auto either = co_await as_result(answer);
        was_cancelled = !either && impl::is_cancelled(either.error());
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_TRUE(was_cancelled);
}

TEST(AsResult, ARefusedTaskNeverRunsAndIsNotReported) {
    testing::internal::CaptureStderr();
    bool ran = false;
    auto main = [&]() -> task<void> {
        cancel_scope scope;
        scope.cancel();
        auto notes = [&]() -> task<void> { ran = true; co_return; };
        auto refused = co_await as_result(notes());
        EXPECT_TRUE(impl::is_cancelled(refused.error()));
    };
    run_virtual(main());
    EXPECT_FALSE(ran);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

/// Throws from await_resume(), and offers nothing else.
struct plain_awaiter {
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    int await_resume() const { throw std::runtime_error("thrown"); }
};

TEST(AsResult, CatchesWhatAPlainAwaiterThrows) {
    auto main = []() -> task<void> {
        auto either = co_await as_result(plain_awaiter{});
        EXPECT_EQ(describe(either.error()), "thrown");
    };
    run_virtual(main());
}

TEST(AsResult, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto box = co_await as_result(box_after(1s, 1));
        auto nothing = co_await as_result(sleep(1s));
        co_await yield_now();
        EXPECT_TRUE(box.has_value() && nothing.has_value());
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 3u);
}

}  // namespace
}  // namespace troika
