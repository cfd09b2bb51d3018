// SPDX-License-Identifier: MIT
#include "watch/wait_label.hpp"

#include <gtest/gtest.h>

namespace {

using namespace troika::watch;

TEST(wait_label, says_what_a_person_would) {
    EXPECT_EQ(wait_label("troika::sleep_operation"), "sleep");
    EXPECT_EQ(wait_label("troika::task_owner::join_operation"), "its tasks");
    EXPECT_EQ(wait_label("troika::semaphore::acquire_operation"), "semaphore acquire");
    EXPECT_EQ(wait_label("troika::queue<int>::get_operation"), "queue");
    EXPECT_EQ(wait_label("troika::impl::queue_core::get_place"), "queue get");
    EXPECT_EQ(wait_label("mine::oven"), "mine oven");
    EXPECT_EQ(wait_label(""), "waits");
}

TEST(wait_label, of_what_is_no_socket) {
    EXPECT_EQ(socket_label(1, "/etc/passwd"), "/etc/passwd");
    EXPECT_EQ(socket_label(1, "socket:[0]"), "a socket");
}

}  // namespace
