// SPDX-License-Identifier: MIT
#include "os/epoll.hpp"

#include "os/event_fd.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

namespace troika::os {

// A copy, since the kernel's structure is packed.
static std::uint64_t data_of(const epoll_report& report) { return report.data.u64; }

TEST(epoll, reports_what_was_asked_for) {
    epoll poll;
    const event_fd event;
    std::array<epoll_report, 4> reports{};
    ASSERT_EQ(poll.add(event.descriptor(), EPOLLIN, 77), 0);
    EXPECT_EQ(poll.add(event.descriptor(), EPOLLIN, 77), -EEXIST);
    EXPECT_EQ(poll.wait(reports, std::chrono::nanoseconds(0)), 0);
    event.signal();
    EXPECT_EQ(poll.wait(reports, epoll::forever), 1);
    EXPECT_EQ(data_of(reports[0]), 77u);
    EXPECT_EQ(poll.modify(event.descriptor(), EPOLLOUT, 78), 0);
    EXPECT_EQ(poll.wait(reports, std::chrono::seconds(10)), 1);
    EXPECT_EQ(data_of(reports[0]), 78u);
    EXPECT_EQ(poll.remove(event.descriptor()), 0);
    EXPECT_EQ(poll.remove(event.descriptor()), -ENOENT);
    EXPECT_EQ(poll.modify(event.descriptor(), EPOLLOUT, 78), -ENOENT);
    EXPECT_EQ(poll.wait(reports, std::chrono::nanoseconds(0)), 0);
}

TEST(epoll, waits_to_the_end_of_a_short_timeout) {
    epoll poll;
    std::array<epoll_report, 1> reports{};
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(poll.wait(reports, std::chrono::microseconds(300)), 0);
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::microseconds(300));
}

TEST(epoll, each_write_is_an_edge_though_nobody_reads) {
    // The poller's bell stands on this.
    epoll poll;
    const event_fd event;
    std::array<epoll_report, 1> reports{};
    ASSERT_EQ(poll.add(event.descriptor(), EPOLLIN | static_cast<std::uint32_t>(EPOLLET), 1), 0);
    for (int i = 0; i < 3; ++i) {
        event.signal();
        EXPECT_EQ(poll.wait(reports, std::chrono::nanoseconds(0)), 1);
        EXPECT_EQ(poll.wait(reports, std::chrono::nanoseconds(0)), 0);
    }
}

}  // namespace troika::os
