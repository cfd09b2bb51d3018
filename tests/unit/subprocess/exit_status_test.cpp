// SPDX-License-Identifier: MIT
#include <troika/subprocess/exit_status.hpp>

#include <gtest/gtest.h>

#include <csignal>

namespace troika::subprocess {
namespace {

TEST(ExitStatus, IsACodeOrASignal) {
    constexpr exit_status good;
    EXPECT_TRUE(good.success());
    EXPECT_EQ(good.code(), 0);
    EXPECT_EQ(good.signal(), 0);
    constexpr exit_status bad = exit_status::exited(3);
    EXPECT_FALSE(bad.success());
    EXPECT_EQ(bad.code(), 3);
    EXPECT_EQ(bad.signal(), 0);
    constexpr exit_status killed = exit_status::killed(SIGKILL);
    EXPECT_FALSE(killed.success());
    EXPECT_EQ(killed.code(), -SIGKILL);
    EXPECT_EQ(killed.signal(), SIGKILL);
    EXPECT_NE(bad, good);
    EXPECT_EQ(killed, exit_status::killed(SIGKILL));
}

TEST(ExitStatus, HasAText) {
    EXPECT_EQ(to_string(exit_status()), "exit code 0");
    EXPECT_EQ(to_string(exit_status::exited(3)), "exit code 3");
    EXPECT_EQ(to_string(exit_status::killed(SIGTERM)), "ended by SIGTERM");
    EXPECT_EQ(to_string(exit_status::killed(60)), "ended by signal 60");
}

}  // namespace
}  // namespace troika::subprocess
