// SPDX-License-Identifier: MIT
#include "os/process.hpp"

#include "os/signal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {
namespace {

constexpr int patience_ms = 20'000;

// A child whose standard output can be read.
struct child {
    explicit child(std::vector<const char*> arguments, start_options options = {},
                   std::vector<given_descriptor> given = {}) {
        int ends[2];
        EXPECT_EQ(open_pipe(ends, false), 0);
        output.reset(ends[0]);
        const fd theirs(ends[1]);
        const fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        arguments.push_back(nullptr);
        const char* const programs[] = {arguments[0], nullptr};
        if (options.programs == nullptr) options.programs = programs;
        options.arguments = arguments.data();
        if (given.empty()) given = {{null.get(), 0}, {theirs.get(), 1}, {2, 2}};
        for (given_descriptor& each : given)
            if (each.descriptor == output_end) each.descriptor = theirs.get();
        options.descriptors = given;
        started = start_process(options, process);
    }

    std::string read() const {
        std::string text;
        char bytes[4096];
        for (int n; (n = read_some(output.get(), bytes, sizeof bytes)) > 0;)
            text.append(bytes, static_cast<std::size_t>(n));
        return text;
    }
    process_end wait() const {
        process_end end;
        EXPECT_TRUE(process.handle);
        pollfd ended{process.handle.get(), POLLIN, 0};
        EXPECT_EQ(::poll(&ended, 1, patience_ms), 1);
        EXPECT_EQ(reap(process.handle.get(), end), 0);
        EXPECT_EQ(reap(process.handle.get(), end), -ECHILD);
        return end;
    }

    static constexpr int output_end = -2;   // stands for the pipe in a list of given descriptors
    started_process process;
    fd output;
    int started = 0;
};

child shell(const char* script, const start_options& options = {},
            std::vector<given_descriptor> given = {}) {
    return child({"/bin/sh", "-c", script}, options, std::move(given));
}

std::string said(const char* script, const start_options& options = {},
                 std::vector<given_descriptor> given = {}) {
    const child one = shell(script, options, std::move(given));
    EXPECT_EQ(one.started, 0);
    std::string text = one.read();
    EXPECT_EQ(one.wait().code, 0) << text;
    return text;
}

// What a child has open while it does nothing.
std::set<int> descriptors_of(std::vector<given_descriptor> given) {
    const child one = shell("echo ready; kill -STOP $$", {}, std::move(given));
    char line[6];
    EXPECT_EQ(read_some(one.output.get(), line, sizeof line), 6);
    std::set<int> numbers;
    const std::string folder = "/proc/" + std::to_string(one.process.number) + "/fd";
    for (const auto& each : std::filesystem::directory_iterator(folder))
        numbers.insert(std::stoi(each.path().filename().string()));
    EXPECT_EQ(signal_process(one.process.handle.get(), SIGKILL), 0);
    one.wait();
    return numbers;
}

struct failed_start {
    int error;
    start_step step;
    bool operator==(const failed_start&) const = default;
};
std::ostream& operator<<(std::ostream& out, const failed_start& it) {
    return out << it.error << " at step " << static_cast<int>(it.step);
}

failed_start failure_of(const child& one) {
    EXPECT_FALSE(one.process.handle);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);   // no zombie is left
    EXPECT_EQ(errno, ECHILD);
    return {one.started, one.process.failed};
}

}  // namespace

TEST(process, tells_how_it_ended) {
    const process_end exited = shell("exit 7").wait();
    EXPECT_EQ(exited.code, 7);
    EXPECT_EQ(exited.signal, 0);
    const process_end killed = shell("kill -KILL $$").wait();
    EXPECT_EQ(killed.code, 0);
    EXPECT_EQ(killed.signal, SIGKILL);
}

TEST(process, says_which_step_failed) {
    using enum start_step;
    EXPECT_EQ(failure_of(child({"/troika-no-such"})), (failed_start{-ENOENT, program}));
    EXPECT_EQ(failure_of(child({"/dev/null/x"})), (failed_start{-ENOENT, program}));
    EXPECT_EQ(failure_of(child({"/"})), (failed_start{-EACCES, program}));
    EXPECT_EQ(failure_of(shell("", {.directory = "/troika-no-such"})),
              (failed_start{-ENOENT, directory}));
    EXPECT_EQ(failure_of(shell("", {}, {{1'000'000, 0}})), (failed_start{-EBADF, descriptors}));
    EXPECT_EQ(failure_of(shell("", {}, {{1, 0}, {2, 0}})), (failed_start{-EINVAL, request}));
    EXPECT_EQ(failure_of(shell("", {}, {{1, -1}})), (failed_start{-EINVAL, request}));
    EXPECT_EQ(failure_of(shell("", {.death_signal = 1000})), (failed_start{-EINVAL, death_signal}));
}

TEST(process, tries_each_path_in_turn) {
    const char* const found[] = {"/troika-no-such/sh", "/dev/null/sh", "/", "/bin/sh", nullptr};
    EXPECT_EQ(said("echo found", {.programs = found}), "found\n");
    const char* const forbidden[] = {"/", "/troika-no-such/sh", nullptr};
    EXPECT_EQ(failure_of(shell("", {.programs = forbidden})),
              (failed_start{-EACCES, start_step::program}));
}

TEST(process, hands_over_each_argument_as_it_is) {
    const child one(
        {"/bin/sh", "-c", "for each; do echo \"<$each>\"; done", "sh", "a  b", "", "$(x)*"});
    EXPECT_EQ(one.read(), "<a  b>\n<>\n<$(x)*>\n");
    EXPECT_EQ(one.wait().code, 0);
}

TEST(process, has_our_environment_and_directory_or_others) {
    ::setenv("TROIKA_PROCESS_TEST", "inherited", 1);
    EXPECT_EQ(said("echo $TROIKA_PROCESS_TEST"), "inherited\n");
    const char* const other[] = {"ONE=1", nullptr};
    EXPECT_EQ(said("echo $TROIKA_PROCESS_TEST$ONE; pwd", {.environment = other, .directory = "/"}),
              "1\n/\n");
    ::unsetenv("TROIKA_PROCESS_TEST");
}

TEST(process, has_the_given_descriptors_and_no_other) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);   // without close-on-exec: as one that we inherited
    const fd out(ends[0]), in(ends[1]);
    EXPECT_EQ(descriptors_of({}), (std::set{0, 1, 2}));
    EXPECT_EQ(descriptors_of({{in.get(), 7}, {child::output_end, 1}, {2, 2}, {in.get(), 9}}),
              (std::set{1, 2, 7, 9}));
}

TEST(process, gives_descriptors_each_others_numbers) {
    const fd zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
    const fd full(::open("/dev/full", O_RDONLY | O_CLOEXEC));
    const std::string script = "readlink /proc/$$/fd/" + std::to_string(zero.get()) +
                               "; readlink /proc/$$/fd/" + std::to_string(full.get());
    EXPECT_EQ(
        said(script.c_str(), {},
             {{child::output_end, 1}, {2, 2}, {zero.get(), full.get()}, {full.get(), zero.get()}}),
        "/dev/full\n/dev/zero\n");
    // And one under its own.
    EXPECT_EQ(
        said(script.c_str(), {},
             {{child::output_end, 1}, {2, 2}, {full.get(), full.get()}, {full.get(), zero.get()}}),
        "/dev/full\n/dev/full\n");
    EXPECT_EQ(::fcntl(full.get(), F_GETFD), FD_CLOEXEC);   // ours are as they were
}

TEST(process, restores_signals) {
    const signal_block blocked({SIGTERM, SIGUSR1});
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const auto handled = std::signal(SIGHUP, [](int) {});
    const std::string text = said("grep -E 'SigBlk|SigIgn' /proc/self/status");
    EXPECT_EQ(text, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    std::signal(SIGPIPE, before);
    std::signal(SIGHUP, handled);
    EXPECT_TRUE(blocked.before().empty());   // our own mask is as it was
    EXPECT_EQ(set_blocked({SIGTERM, SIGUSR1}, true), signal_set{});
}

TEST(process, runs_no_handler_of_ours_in_the_child) {
    static std::atomic<int> in_child = 0, in_parent = 0;
    static int parent = 0;
    // In a process group of its own, which is sent signals all the time.
    const pid_t apart = ::fork();
    if (apart == 0) {
        ::setpgid(0, 0);
        parent = ::getpid();
        std::signal(SIGURG, [](int) { ++(::getpid() == parent ? in_parent : in_child); });
        std::atomic<bool> enough = false;
        std::thread noise([&] {
            while (!enough) ::kill(-parent, SIGURG);   // by default it does nothing
        });
        int faults = 0;
        for (int i = 0; i < 200 || in_parent == 0; ++i) {
            const char* const programs[] = {"/bin/true", nullptr};
            started_process process;
            process_end end;
            const start_options options{
                .programs = programs, .arguments = programs, .group = child_group::ours};
            if (start_process(options, process) != 0 ||
                wait_and_reap(process.handle.get(), end) != 0 || end.code != 0 || end.signal != 0)
                ++faults;
        }
        enough = true;
        noise.join();
        ::_exit(faults == 0 && in_child == 0 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(apart, &status, 0), apart);
    EXPECT_EQ(status, 0);
}

TEST(process, is_in_the_group_that_was_asked_for) {
    const child ours = shell("read x", {.group = child_group::ours}, {{child::output_end, 0}});
    EXPECT_EQ(::getpgid(ours.process.number), ::getpgrp());
    ::kill(ours.process.number, SIGKILL);
    ours.wait();

    const child own({"/usr/bin/tail", "-f", "/dev/null"});
    EXPECT_EQ(::getpgid(own.process.number), own.process.number);
    EXPECT_EQ(::getsid(own.process.number), ::getsid(0));
    EXPECT_EQ(signal_group(own.process.number, SIGTERM), 0);
    EXPECT_EQ(own.wait().signal, SIGTERM);
    EXPECT_EQ(signal_group(own.process.number, SIGTERM), -ESRCH);

    const child session({"/usr/bin/tail", "-f", "/dev/null"}, {.group = child_group::own_session});
    EXPECT_EQ(::getsid(session.process.number), session.process.number);
    process_end end;
    EXPECT_EQ(reap(session.process.handle.get(), end), -EAGAIN);
    EXPECT_EQ(signal_process(session.process.handle.get(), SIGTERM), 0);
    EXPECT_EQ(session.wait().signal, SIGTERM);
    EXPECT_EQ(signal_process(session.process.handle.get(), SIGTERM), -ESRCH);
}

TEST(process, dies_with_its_parent) {
    int ends[2];
    ASSERT_EQ(open_pipe(ends, false), 0);
    const fd out(ends[0]);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const char* const arguments[] = {"/usr/bin/tail", "-f", "/dev/null", nullptr};
        const given_descriptor given[] = {{ends[1], 1}};
        const start_options options{.programs = arguments,
                                    .arguments = arguments,
                                    .descriptors = given,
                                    .death_signal = SIGKILL};
        started_process process;
        ::_exit(start_process(options, process) == 0 ? 0 : 1);
    }
    ::close(ends[1]);
    int status = -1;
    ASSERT_EQ(::waitpid(parent, &status, 0), parent);
    EXPECT_EQ(status, 0);
    // The end of the pipe comes when the child, which holds it, has gone.
    pollfd ended{out.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&ended, 1, patience_ms), 1);
    EXPECT_TRUE(ended.revents & POLLHUP);
}

TEST(process, starts_from_several_threads_at_a_time) {
    std::atomic<int> ended = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&ended] {
            for (int n = 0; n < 25; ++n) {
                const char* const programs[] = {"/bin/true", nullptr};
                started_process process;
                process_end end;
                if (start_process({.programs = programs, .arguments = programs}, process) == 0 &&
                    wait_and_reap(process.handle.get(), end) == 0 && end.code == 0)
                    ++ended;
            }
        });
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(ended, 100);
}

// What the calls find from now on is a kernel that has no close_range().
bool forget_close_range() {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(filter), filter};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(process, closes_descriptors_on_old_kernels_too) {
    for (const bool old : {false, true}) {
        const pid_t apart = ::fork();   // nobody else's are closed
        if (apart == 0) {
            if (old && !forget_close_range()) ::_exit(2);
            int first = -1, last = -1;
            for (int i = 0; i < 300; ++i) {
                last = ::fcntl(0, F_DUPFD, 20 + 2 * i);
                if (i == 0) first = last;
            }
            const bool were = is_open(first) && is_open(last);
            const bool done = close_from(first) == 0;
            bool left = false;
            for (int each = first; each <= last; ++each) left |= is_open(each);
            ::_exit(were && done && is_open(0) && !left ? 0 : 1);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(apart, &status, 0), apart);
        EXPECT_EQ(status, 0) << old;
    }
}

TEST(process, goes_on_as_another_program) {
    const char* const arguments[]{"sh", "-c", "exit 7", nullptr};
    const pid_t apart = ::fork();
    if (apart == 0) {
        become("/bin/sh", arguments);
        ::_exit(1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(apart, &status, 0), apart);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    EXPECT_EQ(become("/nowhere/none", arguments), -ENOENT);
}

TEST(process, takes_a_copy_of_another_ones_descriptor) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const fd from(ends[0]);
    const fd to(ends[1]);
    const fd copy(copy_descriptor_of(::getpid(), to.get()));
    ASSERT_TRUE(copy);
    EXPECT_NE(copy.get(), to.get());
    EXPECT_EQ(::write(copy.get(), "x", 1), 1);
    char read = 0;
    EXPECT_EQ(::read(from.get(), &read, 1), 1);
    EXPECT_EQ(read, 'x');
    EXPECT_EQ(copy_descriptor_of(::getpid(), 1 << 20), -EBADF);
    EXPECT_EQ(copy_descriptor_of(1 << 30, 0), -ESRCH);
}

}  // namespace troika::os
