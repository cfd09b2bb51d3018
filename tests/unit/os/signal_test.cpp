// SPDX-License-Identifier: MIT
#include "os/signal.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {

TEST(signal, a_set_holds_the_numbers_that_exist) {
    signal_set set{SIGINT, SIGTERM, 64};
    EXPECT_TRUE(set.contains(SIGINT) && set.contains(SIGTERM) && set.contains(64));
    EXPECT_FALSE(set.contains(SIGHUP));
    set.add(0);
    set.add(65);
    set.add(-1);
    EXPECT_FALSE(set.contains(0) || set.contains(65) || set.contains(-1));
    EXPECT_TRUE(signal_set{}.empty());
    EXPECT_TRUE(signal_set::all().contains(1) && signal_set::all().contains(64));
}

TEST(signal, a_block_lasts_as_long_as_it_lives) {
    const signal_block outer({SIGUSR1});
    EXPECT_FALSE(outer.before().contains(SIGUSR1));
    {
        const signal_block inner(signal_set{SIGUSR1, SIGUSR2});
        EXPECT_TRUE(inner.before().contains(SIGUSR1));
        EXPECT_FALSE(inner.before().contains(SIGUSR2));
        ::raise(SIGUSR2);   // would end the program
        EXPECT_EQ(take_pending({SIGUSR2}), SIGUSR2);
    }
    ::raise(SIGUSR1);
    EXPECT_EQ(take_pending(signal_set{SIGUSR1, SIGUSR2}), SIGUSR1);
    EXPECT_EQ(take_pending(signal_set{SIGUSR1, SIGUSR2}), -EAGAIN);
}

TEST(signal, a_descriptor_reads_pending_signals) {
    const signal_block block(signal_set{SIGUSR1, SIGUSR2});
    const fd descriptor(open_signal_fd({SIGUSR1}));
    ASSERT_TRUE(descriptor);
    EXPECT_EQ(read_signal(descriptor.get()), -EAGAIN);
    ::raise(SIGUSR1);
    EXPECT_EQ(is_ready(descriptor.get(), false), 1);
    EXPECT_EQ(read_signal(descriptor.get()), SIGUSR1);
    EXPECT_EQ(read_signal(descriptor.get()), -EAGAIN);
    EXPECT_EQ(read_signal(-1), -EBADF);
}

TEST(signal, yielding_to_one_stops_the_process_until_it_goes_on) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setpgid(0, 0);   // in an orphaned group it would not stop; this one's parent is we
        ::signal(SIGTSTP, SIG_DFL);
        set_blocked({SIGTSTP}, true);
        yield_to(SIGTSTP);
        ::_exit(set_blocked({SIGTSTP}, true).empty() ? 0 : 1);   // blocked again
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
    ASSERT_TRUE(WIFSTOPPED(status));
    EXPECT_EQ(WSTOPSIG(status), SIGTSTP);
    ::kill(child, SIGCONT);
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(signal, dying_of_one_shows_the_parent_which) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const pid_t child = ::fork();
        if (child == 0) {
            ignore_sigpipe();
            const signal_block block({SIGINT, SIGTERM});
            die_of(signal);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        EXPECT_EQ(WTERMSIG(status), signal);
    }
}

TEST(signal, names) {
    EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
    EXPECT_EQ(signal_name(SIGXCPU), "SIGXCPU");
    EXPECT_EQ(signal_name(63), "signal 63");
}

}  // namespace troika::os
