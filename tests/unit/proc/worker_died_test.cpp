// SPDX-License-Identifier: MIT
#include <troika/proc/worker_died.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace troika {

using ::testing::HasSubstr;

TEST(worker_died, says_who_and_of_what) {
    const worker_died by_signal(3, 1234, -SIGSEGV);
    EXPECT_STREQ(by_signal.what(), "worker 3 (process 1234) was ended by SIGSEGV");
    EXPECT_EQ(by_signal.worker(), 3U);
    EXPECT_EQ(by_signal.pid(), 1234);
    EXPECT_EQ(by_signal.exit_code(), -SIGSEGV);
    const worker_died by_itself(0, 7, 3, "while it was tested");
    EXPECT_STREQ(by_itself.what(), "worker 0 (process 7) ended with exit code 3: while it was "
                                   "tested");
    EXPECT_THAT(worker_died(0, 7, -SIGKILL).what(), HasSubstr("out of memory, perhaps"));
}

}  // namespace troika
