// SPDX-License-Identifier: MIT
#include <troika/tasks/with_timeout.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(WithTimeout, GivesTheValueInTime) {
    auto body = [](cancel_scope&) -> task<std::unique_ptr<int>> {
        co_return co_await box_after(1s, 4);
    };
    EXPECT_EQ(*run_virtual(with_timeout(2s, body)), 4);
}

TEST(WithTimeout, ThrowsWhenTheTimeIsUp) {
    virtual_loop here;
    auto body = [](cancel_scope&) -> task<void> { co_await sleep(1h); };
    EXPECT_THROW(here.run(with_timeout(20ms, body)), timeout_error);
    EXPECT_EQ(here.elapsed(), 20ms);
    EXPECT_THROW(here.run(with_timeout(0s, body)), timeout_error);
}

TEST(WithTimeout, TheBodyMayMoveTheDeadline) {
    virtual_loop here;
    here.run(with_timeout(1s, [](cancel_scope& scope) -> task<void> {
        scope.set_deadline(deadline_after(scope.deadline(), 2s));
        co_await sleep(2500ms);
    }));
    EXPECT_THROW(here.run(with_timeout(1s, [](cancel_scope& scope) -> task<void> {
                     scope.cancel();
                     co_await yield_now();
                 })),
                 timeout_error);
    EXPECT_EQ(here.elapsed(), 2500ms);
}

TEST(WithTimeout, KeepsACapturingBodyAlive) {
    virtual_loop here;
    future<std::string> answer;
    {
        auto text = std::make_shared<std::string>("kept");
        answer = here.start(with_timeout(2s, [text](cancel_scope&) -> task<std::string> {
            co_await sleep(1s);
            co_return *text;
        }));
    }
    here.finish(answer);
    EXPECT_EQ(answer.get(), "kept");
}

TEST(WithTimeout, ABodyThatEndsInSpiteOfTheDeadlineHasItsValue) {
    EXPECT_EQ(run_virtual(with_timeout(1s, [](cancel_scope&) -> task<int> {
                  co_return co_await value_when_cancelled(3);
              })),
              3);
}

TEST(WithTimeout, ErrorsAndCancellationsFromOutsidePass) {
    virtual_loop here;
    auto fails = [](cancel_scope&) -> task<void> { throw std::runtime_error("no"); co_return; };
    EXPECT_THROW(here.run(with_timeout(1s, fails)), std::runtime_error);
    auto waits = [](cancel_scope&) -> task<void> { co_await sleep(1h); };
    future<void> answer = here.start(with_timeout(2h, waits));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
}

TEST(WithTimeout, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        co_await with_timeout(3s, [](cancel_scope&) -> task<void> {
            co_await sleep(1s);
            co_await sleep(1s);
        });
    };
    EXPECT_GE(cancel_at_each_turn(scenario), 2u);
}

}  // namespace
}  // namespace troika
