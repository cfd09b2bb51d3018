// SPDX-License-Identifier: MIT
#include <troika/loop/run.hpp>

#include <troika/tasks/sleep.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <string>

namespace troika {
namespace {

task<std::string> greet() {
    co_await yield_now();
    co_return "hello";
}

TEST(Run, GivesTheValue) { EXPECT_EQ(run(greet()), "hello"); }

task<void> interrupt_myself() {
    std::raise(SIGINT);
    co_await sleep_until(never);
}

TEST(RunDeathTest, TheFirstInterruptCancelsAndRunThrows) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    const auto program = [] {
        try {
            run(interrupt_myself());
        } catch (const interrupted&) {
            std::exit(7);
        }
        std::exit(1);
    };
    EXPECT_EXIT(program(), testing::ExitedWithCode(7), "");
}

task<void> ignore_the_first() {
    std::raise(SIGINT);
    try {
        co_await sleep_until(never);
    } catch (const cancelled&) {
    }
    std::raise(SIGINT);
}

TEST(RunDeathTest, TheSecondInterruptEndsTheProgram) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(run(ignore_the_first()), testing::KilledBySignal(SIGINT), "");
}

task<void> nested() {
    run(greet());
    co_return;
}

TEST(Run, RefusesToRunInsideALoop) { EXPECT_THROW(run(nested()), std::logic_error); }

task<int> answer_the_first_with_a_value() {
    std::raise(SIGINT);
    try {
        co_await sleep_until(never);
    } catch (const cancelled&) {
        co_return 5;
    }
    co_return 0;
}

TEST(Run, GivesTheValueOfAMainTaskThatAnswersTheInterruptWithOne) {
    EXPECT_EQ(run(answer_the_first_with_a_value()), 5);
}

task<void> fail_when_interrupted() {
    std::raise(SIGINT);
    try {
        co_await sleep_until(never);
    } catch (const cancelled&) {
        throw std::runtime_error("while ending");
    }
}

TEST(Run, ThrowsWhatAnInterruptedMainTaskThrew) {
    EXPECT_THROW(run(fail_when_interrupted()), std::runtime_error);
}

TEST(Run, ThrowsInterruptedEachTimeAndLeavesTheSignalAsItWas) {
    for (int round = 0; round < 3; ++round) EXPECT_THROW(run(interrupt_myself()), interrupted);
    const auto before = std::signal(SIGINT, SIG_DFL);
    EXPECT_EQ(before, SIG_DFL);
}

task<void> hold_the_loop() {
    std::raise(SIGINT);
    std::raise(SIGINT);   // no await between: nobody has acted on the first
    co_return;
}

TEST(RunDeathTest, TheSecondInterruptEndsAProgramWhoseLoopIsHeld) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(run(hold_the_loop()), testing::KilledBySignal(SIGINT), "");
}

TEST(RunDeathTest, LeavesTheInterruptAloneWhenToldTo) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(run(interrupt_myself(), {.handle_interrupt = false}),
                testing::KilledBySignal(SIGINT), "");
}

task<int> raise_and_go_on() {
    std::raise(SIGINT);
    co_await yield_now();
    co_return 3;
}

TEST(Run, LeavesAnIgnoredInterruptIgnored) {
    const auto before = std::signal(SIGINT, SIG_IGN);
    EXPECT_EQ(run(raise_and_go_on()), 3);
    EXPECT_EQ(std::signal(SIGINT, before), SIG_IGN);
}

task<std::string> name_of_the_door() { co_return std::string(event_loop::current().door().name()); }

TEST(Run, UsesTheBackendItIsTold) {
    EXPECT_EQ(run(name_of_the_door(), {.backend = poller_kind::epoll}), "epoll");
}

}  // namespace
}  // namespace troika
