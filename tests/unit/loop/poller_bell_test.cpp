// SPDX-License-Identifier: MIT
#include "loop/poller_bell.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

namespace troika {

TEST(poller_bell, costs_no_write_while_the_poller_is_awake) {
    poller_bell bell;
    EXPECT_FALSE(bell.take());
    for (int i = 0; i < 100; ++i) bell.ring();
    EXPECT_EQ(os::is_ready(bell.descriptor(), false), 0);
    EXPECT_TRUE(bell.take());
    EXPECT_FALSE(bell.take());
}

TEST(poller_bell, a_ring_before_the_sleep_prevents_it_once) {
    poller_bell bell;
    bell.ring();
    EXPECT_FALSE(bell.fall_asleep());
    EXPECT_TRUE(bell.fall_asleep());
    EXPECT_FALSE(bell.wake_up());
}

TEST(poller_bell, the_first_ring_in_a_sleep_is_written_and_the_others_are_not) {
    poller_bell bell;
    ASSERT_TRUE(bell.fall_asleep());
    bell.ring();
    EXPECT_EQ(os::is_ready(bell.descriptor(), false), 1);
    bell.silence();
    for (int i = 0; i < 100; ++i) bell.ring();
    EXPECT_EQ(os::is_ready(bell.descriptor(), false), 0);
    EXPECT_TRUE(bell.wake_up());
    EXPECT_FALSE(bell.take());
}

}  // namespace troika
