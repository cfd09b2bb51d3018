// SPDX-License-Identifier: MIT
#include "os/spawn.hpp"

#include "os/fd.hpp"
#include "os/signal.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {

struct child {
    explicit child(std::vector<const char*> arguments, const spawn_options& options = {}) {
        arguments.push_back(nullptr);
        started = spawn(arguments.data(), options, process);
        if (started == 0) handle = fd(open_process(process));
    }
    process_end wait() const {
        process_end end;
        EXPECT_TRUE(handle);
        pollfd ended{handle.get(), POLLIN, 0};
        EXPECT_EQ(::poll(&ended, 1, 20'000), 1);
        EXPECT_EQ(reap(handle.get(), end), 0);
        EXPECT_EQ(reap(handle.get(), end), -ECHILD);
        return end;
    }

    int process = 0;
    int started = 0;
    fd handle;
};

process_end run_shell(const char* script, const spawn_options& options = {}) {
    return child({"sh", "-c", script}, options).wait();
}

TEST(spawn, tells_how_a_process_ended) {
    const process_end exited = run_shell("exit 7");
    EXPECT_EQ(exited.code, 7);
    EXPECT_EQ(exited.signal, 0);
    const process_end killed = run_shell("kill -KILL $$");
    EXPECT_EQ(killed.code, 0);
    EXPECT_EQ(killed.signal, SIGKILL);
}

TEST(spawn, says_when_there_is_no_such_program) {
    EXPECT_EQ(child({"troika-no-such-program"}).started, -ENOENT);
    EXPECT_EQ(child({"./troika-no-such-program"}).started, -ENOENT);
    EXPECT_EQ(child({"/"}).started, -EACCES);
}

TEST(spawn, hands_over_each_argument_as_it_is) {
    EXPECT_EQ(child({"sh", "-c", "test $# = 3 && test \"$1\" = 'a  b' && test -z \"$2\" && "
                                 "test \"$3\" = '$(x)*'",
                     "sh", "a  b", "", "$(x)*"})
                  .wait()
                  .code,
              0);
}

TEST(spawn, gives_an_empty_standard_input_and_no_other_descriptor) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);   // without close-on-exec: as one that we inherited
    const fd out(ends[0]), in(ends[1]);
    const std::string script = "exec 2>/dev/null; test -z \"$(cat)\" && ! true <&" +
                               std::to_string(ends[0]) + " && ! true >&" +
                               std::to_string(ends[1]);
    EXPECT_EQ(run_shell(script.c_str()).code, 0);
}

TEST(spawn, can_send_output_to_standard_error) {
    std::string name = ::testing::TempDir() + "troika-spawn-XXXXXX";
    const fd file(::mkstemp(name.data()));
    ASSERT_TRUE(file);
    const fd before(::dup(STDERR_FILENO));
    ::dup2(file.get(), STDERR_FILENO);
    const process_end end = run_shell("echo out; echo err >&2", {.output_to_error = true});
    ::dup2(before.get(), STDERR_FILENO);
    EXPECT_EQ(end.code, 0);
    std::ifstream in(name);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    EXPECT_EQ(text, "out\nerr\n");
    std::filesystem::remove(name);
}

TEST(spawn, restores_signals) {
    const signal_block blocked({SIGTERM, SIGUSR1});
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    // Each of them ends the child only if it is neither blocked nor ignored.
    EXPECT_EQ(run_shell("kill -TERM $$").signal, SIGTERM);
    EXPECT_EQ(run_shell("kill -USR1 $$").signal, SIGUSR1);
    EXPECT_EQ(run_shell("kill -PIPE $$").signal, SIGPIPE);
    std::signal(SIGPIPE, before);
}

TEST(spawn, the_child_is_in_our_process_group) {
    const child waiting({"tail", "-f", "/dev/null"});
    EXPECT_EQ(::getpgid(waiting.process), ::getpgrp());
    process_end end;
    EXPECT_EQ(reap(waiting.handle.get(), end), -EAGAIN);
    EXPECT_EQ(signal_process(waiting.handle.get(), SIGTERM), 0);
    EXPECT_EQ(waiting.wait().signal, SIGTERM);
    EXPECT_EQ(signal_process(waiting.handle.get(), SIGTERM), -ESRCH);
}

TEST(spawn, kills_and_reaps) {
    const child waiting({"tail", "-f", "/dev/null"});
    ASSERT_EQ(waiting.started, 0);
    kill_and_reap(waiting.process);
    process_end end;
    EXPECT_EQ(reap(waiting.handle.get(), end), -ECHILD);
}

}  // namespace troika::os
