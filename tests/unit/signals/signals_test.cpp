// SPDX-License-Identifier: MIT
#include <troika/signals/signals.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/move_on_after.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

namespace troika {
namespace {

task<int> raise_and_wait() {
    signals watched({SIGUSR1, SIGUSR2});
    std::raise(SIGUSR2);   // blocked from the call on, so this does not end the test
    const int number = co_await watched;
    co_return number;
}

TEST(Signals, GivesTheNumberOfTheOneThatCame) {
    event_loop loop;
    EXPECT_EQ(loop.run(raise_and_wait()), SIGUSR2);
}

task<void> wait_for_kill() {
    signals impossible({SIGKILL});
    co_await impossible;
}

TEST(Signals, RefusesWhatCannotBeCaught) {
    event_loop loop;
    EXPECT_THROW(loop.run(wait_for_kill()), std::invalid_argument);
}

task<bool> give_up() {
    bool refused = false;
    cancel_scope scope;
    scope.cancel();
    try {
        signals watched({SIGUSR1});
        co_await watched;
    } catch (const cancelled&) {
        refused = true;
    }
    scope.leave();
    co_return refused;
}

TEST(Signals, CanBeCancelled) {
    event_loop loop;
    EXPECT_TRUE(loop.run(give_up()));
}

}  // namespace
}  // namespace troika
