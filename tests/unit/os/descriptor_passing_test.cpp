// SPDX-License-Identifier: MIT
#include "os/descriptor_passing.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace troika::os {
namespace {

class descriptor_passing : public ::testing::Test {
protected:
    void SetUp() override {
        int sockets[2];
        ASSERT_EQ(open_packet_pair(sockets), 0);
        left.reset(sockets[0]);
        right.reset(sockets[1]);
    }
    int receive(std::span<std::byte> into, passing how = passing::at_once) {
        return receive_with_descriptors(right.get(), into, descriptors, count, how);
    }

    fd left;
    fd right;
    int descriptors[passed_descriptors_max];
    std::size_t count = 0;
    std::array<std::byte, 8> bytes{};
};

TEST_F(descriptor_passing, a_descriptor_arrives_with_its_packet) {
    int ends[2];
    ASSERT_EQ(open_pipe(ends, false), 0);
    const fd in(ends[0]);
    fd out(ends[1]);
    const int given[] = {out.get()};
    EXPECT_EQ(send_with_descriptors(left.get(), std::span(bytes).first(3), given, passing::wait),
              3);
    EXPECT_EQ(send_with_descriptors(left.get(), bytes, {}, passing::wait), 8);
    ASSERT_EQ(receive(bytes), 3);
    ASSERT_EQ(count, 1U);
    out.reset(descriptors[0]);
    EXPECT_NE(::fcntl(out.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(::write(out.get(), "x", 1), 1);
    char got = 0;
    EXPECT_EQ(::read(in.get(), &got, 1), 1);
    EXPECT_EQ(got, 'x');
    EXPECT_EQ(receive(bytes), 8);
    EXPECT_EQ(count, 0U);
    EXPECT_EQ(receive(bytes), -EAGAIN);
}

TEST_F(descriptor_passing, what_was_sent_arrives_although_the_sender_ended_with_packets_unread) {
    ASSERT_EQ(send_with_descriptors(left.get(), bytes, {}, passing::wait), 8);
    ASSERT_EQ(send_with_descriptors(right.get(), bytes, {}, passing::wait), 8);
    left.reset();
    EXPECT_EQ(receive(bytes), 8);
    EXPECT_EQ(receive(bytes), 0);
}

TEST_F(descriptor_passing, as_many_as_there_may_be) {
    const std::vector<int> given(passed_descriptors_max, left.get());
    ASSERT_EQ(send_with_descriptors(left.get(), bytes, given, passing::at_once), 8);
    ASSERT_EQ(receive(bytes), 8);
    EXPECT_EQ(count, passed_descriptors_max);
    for (std::size_t i = 0; i < count; ++i) close_descriptor(descriptors[i]);
    const std::vector<int> more(passed_descriptors_max + 1, left.get());
    EXPECT_EQ(send_with_descriptors(left.get(), bytes, more, passing::at_once), -EINVAL);
}

TEST_F(descriptor_passing, what_does_not_fit_is_an_error_and_leaves_no_descriptor) {
    const int given[] = {left.get()};
    const int before = ::dup(0);
    ::close(before);
    ASSERT_EQ(send_with_descriptors(left.get(), bytes, given, passing::at_once), 8);
    EXPECT_EQ(receive(std::span(bytes).first(4)), -EMSGSIZE);
    EXPECT_EQ(count, 0U);
    const int after = ::dup(0);
    ::close(after);
    EXPECT_EQ(after, before);
}

TEST_F(descriptor_passing, says_when_there_is_no_room_and_when_nobody_is_there) {
    int sent = 0;
    while ((sent = send_with_descriptors(left.get(), bytes, {}, passing::at_once)) == 8) {
    }
    EXPECT_EQ(sent, -EAGAIN);
    right.reset();
    EXPECT_EQ(send_with_descriptors(left.get(), bytes, {}, passing::at_once), -ECONNRESET);
    EXPECT_EQ(send_with_descriptors(left.get(), bytes, {}, passing::at_once), -EPIPE);
    right = std::move(left);
    EXPECT_TRUE(receive(bytes, passing::wait) <= 0);
}

}  // namespace
}  // namespace troika::os
