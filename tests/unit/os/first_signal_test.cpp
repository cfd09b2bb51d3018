// SPDX-License-Identifier: MIT
#include "os/first_signal.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace troika::os {
namespace {

void count(void* into) noexcept { ++*static_cast<int*>(into); }

TEST(FirstSignal, IsTold) {
    int told = 0;
    const first_signal watch(SIGUSR1, count, &told);
    EXPECT_TRUE(watch.armed());
    std::raise(SIGUSR1);
    EXPECT_EQ(told, 1);
}

TEST(FirstSignalDeathTest, TheSecondHasTheDefaultAction) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    const auto program = [] {
        int told = 0;
        const first_signal watch(SIGUSR1, count, &told);
        std::raise(SIGUSR1);
        std::raise(SIGUSR1);
    };
    EXPECT_EXIT(program(), testing::KilledBySignal(SIGUSR1), "");
}

TEST(FirstSignal, PutsTheDefaultActionBack) {
    int told = 0;
    { const first_signal watch(SIGUSR1, count, &told); }
    EXPECT_EQ(std::signal(SIGUSR1, SIG_DFL), SIG_DFL);
}

TEST(FirstSignal, LeavesAnotherAnswerInPlace) {
    int told = 0;
    std::signal(SIGUSR1, SIG_IGN);
    {
        const first_signal watch(SIGUSR1, count, &told);
        EXPECT_FALSE(watch.armed());
        std::raise(SIGUSR1);
    }
    EXPECT_EQ(told, 0);
    EXPECT_EQ(std::signal(SIGUSR1, SIG_DFL), SIG_IGN);
}

TEST(FirstSignal, IsOneAtATimeAndOfTheFirstThread) {
    int told = 0;
    std::thread([&] {
        const first_signal elsewhere(SIGUSR1, count, &told);
        EXPECT_FALSE(elsewhere.armed());
    }).join();
    const first_signal watch(SIGUSR1, count, &told);
    const first_signal second(SIGUSR2, count, &told);
    EXPECT_TRUE(watch.armed());
    EXPECT_FALSE(second.armed());
}

}  // namespace
}  // namespace troika::os
