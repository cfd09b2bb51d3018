// SPDX-License-Identifier: MIT
#include "os/terminal.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {
namespace {

struct terminal {
    terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        ::grantpt(master.get());
        ::unlockpt(master.get());
        slave.reset(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    }
    fd master, slave;
};

TEST(terminal, has_a_size_that_can_be_told_or_else_the_usual_one) {
    const terminal both;
    ASSERT_TRUE(both.slave);
    EXPECT_TRUE(is_terminal(both.slave.get()));
    winsize wanted{};
    wanted.ws_col = 33;
    ASSERT_EQ(::ioctl(both.slave.get(), TIOCSWINSZ, &wanted), 0);
    EXPECT_EQ(size_of_terminal(both.slave.get()), (terminal_size{33, 24}));
    int ends[2];
    ASSERT_EQ(open_pipe(ends, false), 0);
    const fd reading(ends[0]), writing(ends[1]);
    EXPECT_FALSE(is_terminal(writing.get()));
    EXPECT_EQ(size_of_terminal(writing.get()), (terminal_size{80, 24}));
    EXPECT_FALSE(in_foreground(writing.get()));
    EXPECT_FALSE(in_foreground(both.slave.get()));   // a terminal, but not ours
}

TEST(terminal, one_group_is_in_its_foreground) {
    const terminal both;
    const pid_t child = ::fork();
    if (child == 0) {
        // The leader of a session with this terminal; its child goes to another group.
        if (::setsid() < 0 || ::ioctl(both.slave.get(), TIOCSCTTY, 0) != 0) ::_exit(1);
        if (!in_foreground(both.slave.get())) ::_exit(2);
        const pid_t other = ::fork();
        if (other == 0) {
            ::setpgid(0, 0);
            ::_exit(in_foreground(both.slave.get()) ? 3 : 0);
        }
        int status = 0;
        ::waitpid(other, &status, 0);
        ::_exit(WEXITSTATUS(status));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(terminal, opened_again_never_blocks_and_leaves_the_first_as_it_is) {
    const terminal both;
    const fd again(open_terminal_again(both.slave.get()));
    ASSERT_TRUE(again);
    EXPECT_TRUE(is_terminal(again.get()));
    EXPECT_EQ(::fcntl(both.slave.get(), F_GETFL) & O_NONBLOCK, 0);
    const std::string text(4096, 'x');
    int answer = 0;
    for (int i = 0; i < 1000 && answer >= 0; ++i)   // nobody reads
        answer = write_some(again.get(), text.data(), static_cast<unsigned>(text.size()));
    EXPECT_EQ(answer, -EAGAIN);
    EXPECT_EQ(open_terminal_again(-1), -ENOENT);
}

TEST(terminal, text_is_written_whole_and_errors_end_it) {
    int ends[2];
    ASSERT_EQ(open_pipe(ends, true), 0);
    const fd reading(ends[0]);
    fd writing(ends[1]);
    write_text(writing.get(), "two words");
    char text[16];
    EXPECT_EQ(read_some(reading.get(), text, sizeof text), 9);
    EXPECT_EQ(std::string(text, 9), "two words");
    write_text(reading.get(), "to an end that only reads");
    EXPECT_EQ(read_some(reading.get(), text, sizeof text), -EAGAIN);
}

}  // namespace
}  // namespace troika::os
