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

}  // namespace
}  // namespace troika
