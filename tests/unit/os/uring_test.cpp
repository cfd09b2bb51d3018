// SPDX-License-Identifier: MIT
#include "os/uring.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {

static int nop(uring& ring, std::uint64_t user_data) {
    uring_sqe* sqe = ring.prepare();
    if (!sqe) return -EBUSY;
    sqe->op = uring_op::nop;
    sqe->user_data = user_data;
    return 0;
}

TEST(uring, completes_what_is_submitted) {
    uring ring;
    ASSERT_EQ(ring.open(), 0) << ring.missing();
    uring_cqe completion{};
    EXPECT_FALSE(ring.take(completion));
    ASSERT_EQ(nop(ring, 77), 0);
    EXPECT_EQ(ring.unsubmitted(), 1u);
    EXPECT_EQ(ring.enter(1, uring::forever), 0);
    EXPECT_EQ(ring.unsubmitted(), 0u);
    EXPECT_TRUE(ring.has_completions());
    ASSERT_TRUE(ring.take(completion));
    EXPECT_EQ(completion.user_data, 77u);
    EXPECT_EQ(completion.result, 0);
    EXPECT_FALSE(ring.take(completion));
}

TEST(uring, a_full_queue_says_so) {
    uring ring;
    ASSERT_EQ(ring.open(), 0);
    unsigned prepared = 0;
    while (nop(ring, prepared) == 0) ++prepared;
    EXPECT_GE(prepared, uring::requests_min);
    EXPECT_LE(prepared, uring::requests_max);
    EXPECT_EQ(ring.enter(0, std::chrono::nanoseconds(0)), 0);
    EXPECT_EQ(nop(ring, 0), 0);
}

TEST(uring, more_completions_than_places_are_not_lost) {
    uring ring;
    ASSERT_EQ(ring.open(), 0);
    constexpr std::uint64_t count = 3 * uring::completions_max;
    std::uint64_t sum = 0;
    std::uint64_t taken = 0;
    uring_cqe completion{};
    for (std::uint64_t i = 0; i < count; ++i) {
        while (nop(ring, i) != 0) {
            if (ring.enter(0, std::chrono::nanoseconds(0)) != -EBUSY) continue;
            for (; ring.take(completion); ++taken) sum += completion.user_data;
        }
    }
    while (taken < count) {
        ASSERT_EQ(ring.enter(0, std::chrono::nanoseconds(0)), 0);
        for (; ring.take(completion); ++taken) sum += completion.user_data;
    }
    EXPECT_EQ(sum, count * (count - 1) / 2);
}

TEST(uring, sleeps_no_longer_than_it_was_told) {
    uring ring;
    ASSERT_EQ(ring.open(), 0);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(ring.enter(1, std::chrono::milliseconds(2)), 0);
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(2));
    EXPECT_FALSE(ring.has_completions());
}

TEST(uring, belongs_to_the_thread_that_enters_first) {
    uring ring;
    ASSERT_EQ(ring.open(), 0);
    std::thread([&] {
        uring_cqe completion{};
        EXPECT_EQ(nop(ring, 5), 0);
        EXPECT_EQ(ring.enter(1, uring::forever), 0);
        EXPECT_TRUE(ring.take(completion));
    }).join();
}

TEST(uring, a_child_knows_that_it_is_one) {
    uring ring;
    ASSERT_EQ(ring.open(), 0);
    EXPECT_FALSE(ring.in_child());
    const pid_t child = ::fork();
    if (child == 0) ::_exit(ring.in_child() ? 7 : 8);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace troika::os
