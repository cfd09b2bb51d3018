// SPDX-License-Identifier: MIT
#include "os/event_fd.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace troika::os {

TEST(event_fd, is_ready_between_signal_and_drain) {
    const event_fd event;
    EXPECT_EQ(is_ready(event.descriptor(), false), 0);
    EXPECT_FALSE(event.drain());
    event.signal();
    event.signal();
    EXPECT_EQ(is_ready(event.descriptor(), false), 1);
    EXPECT_TRUE(event.drain());
    EXPECT_FALSE(event.drain());
    EXPECT_EQ(is_ready(event.descriptor(), false), 0);
}

TEST(event_fd, signal_keeps_errno) {
    const event_fd event;
    errno = 42;
    event.signal();
    EXPECT_EQ(errno, 42);
}

}  // namespace troika::os
