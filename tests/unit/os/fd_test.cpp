// SPDX-License-Identifier: MIT
#include "os/fd.hpp"

#include "os/signal.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace troika::os {

struct pipe_pair {
    explicit pipe_pair(bool nonblocking = false) {
        int ends[2] = {-1, -1};
        EXPECT_EQ(open_pipe(ends, nonblocking), 0);
        out = fd(ends[0]);
        in = fd(ends[1]);
    }
    fd out;
    fd in;
};

TEST(fd, closes_once_at_the_end_of_its_life) {
    int number = -1;
    {
        pipe_pair pipe;
        number = pipe.out.get();
        EXPECT_TRUE(is_open(number));
        fd moved = std::move(pipe.out);
        EXPECT_FALSE(pipe.out);
        EXPECT_EQ(moved.get(), number);
    }
    EXPECT_FALSE(is_open(number));
}

TEST(fd, release_and_reset) {
    pipe_pair pipe;
    const int number = pipe.out.release();
    EXPECT_FALSE(pipe.out);
    EXPECT_TRUE(is_open(number));
    fd again(number);
    again.reset(number);   // its own number is not closed
    EXPECT_TRUE(is_open(number));
    again.reset();
    EXPECT_FALSE(is_open(number));
}

TEST(fd, descriptors_close_on_exec) {
    const pipe_pair pipe;
    const fd copy(duplicate(pipe.out.get()));
    for (const int number : {pipe.out.get(), pipe.in.get(), copy.get()})
        EXPECT_EQ(::fcntl(number, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(duplicate(-1), -EBADF);
}

TEST(fd, kinds) {
    const pipe_pair pipe;
    EXPECT_EQ(kind_of(pipe.out.get()), descriptor_kind::blocking_stream);
    EXPECT_EQ(set_nonblocking(pipe.out.get(), true), 0);
    EXPECT_EQ(kind_of(pipe.out.get()), descriptor_kind::stream);
    EXPECT_EQ(set_nonblocking(pipe.out.get(), false), 0);
    EXPECT_EQ(kind_of(pipe.out.get()), descriptor_kind::blocking_stream);
    const fd directory(::open("/", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(kind_of(directory.get()), descriptor_kind::file);
    EXPECT_EQ(kind_of(-1), descriptor_kind::invalid);
    EXPECT_EQ(set_nonblocking(-1, true), -EBADF);
}

TEST(fd, reads_and_writes_what_is_there) {
    const pipe_pair pipe(true);
    std::array<char, 8> buffer{};
    EXPECT_EQ(is_ready(pipe.out.get(), false), 0);
    EXPECT_EQ(is_ready(pipe.in.get(), true), 1);
    EXPECT_EQ(read_some(pipe.out.get(), buffer.data(), 8), -EAGAIN);
    EXPECT_EQ(write_some(pipe.in.get(), "abc", 3), 3);
    EXPECT_EQ(is_ready(pipe.out.get(), false), 1);
    EXPECT_EQ(read_some(pipe.out.get(), buffer.data(), 8), 3);
    EXPECT_EQ(is_ready(-1, false), 0);
    EXPECT_EQ(is_ready(54321, false), -EBADF);
}

TEST(fd, a_write_without_reader_raises_no_signal_and_leaves_the_mask) {
    pipe_pair pipe;
    pipe.out.reset();
    EXPECT_EQ(write_some(pipe.in.get(), "x", 1), -EPIPE);
    EXPECT_EQ(take_pending({SIGPIPE}), -EAGAIN);
    const signal_block none{signal_set{}};
    EXPECT_FALSE(none.before().contains(SIGPIPE));
}

TEST(fd, waits_until_ready) {
    int ends[2];
    ASSERT_EQ(open_pipe(ends, true), 0);
    const fd reader(ends[0]), writer(ends[1]);
    EXPECT_EQ(wait_until_ready(writer.get(), true), 0);
    std::thread later([&] { EXPECT_EQ(write_some(writer.get(), "x", 1), 1); });
    EXPECT_EQ(wait_until_ready(reader.get(), false), 0);
    later.join();
    EXPECT_EQ(is_ready(reader.get(), false), 1);
    EXPECT_EQ(wait_until_ready(-1, false), -EBADF);
}

}  // namespace troika::os
