// SPDX-License-Identifier: MIT
#include "os/spawn.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {

namespace {

// The two sets of wishes, destroyed whatever happens. Their functions return errno values.
struct wishes {
    wishes() noexcept {
        error = ::posix_spawn_file_actions_init(&actions);
        if (error == 0) error = ::posix_spawnattr_init(&attributes);
    }
    wishes(const wishes&) = delete;
    wishes& operator=(const wishes&) = delete;
    ~wishes() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }
    void add(int result) noexcept {
        if (error == 0) error = result;
    }

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = 0;
};

}  // namespace

int spawn(const char* const* arguments, const spawn_options& options, int& process) noexcept {
    wishes wanted;
    auto* const actions = &wanted.actions;
    auto* const attributes = &wanted.attributes;
    wanted.add(::posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    if (options.output_to_error)
        wanted.add(::posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO));
    // Those that we inherited ourselves may lack close-on-exec.
    wanted.add(::posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1));
    sigset_t signals;
    sigemptyset(&signals);
    wanted.add(::posix_spawnattr_setsigmask(attributes, &signals));
    sigfillset(&signals);
    wanted.add(::posix_spawnattr_setsigdefault(attributes, &signals));
    wanted.add(
        ::posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    if (wanted.error != 0) return -wanted.error;
    pid_t started = 0;
    // The interface is older than const; nothing is written to.
    const int error = ::posix_spawnp(&started, arguments[0], actions, attributes,
                                     const_cast<char* const*>(arguments), environ);
    if (error != 0) return -error;
    process = started;
    return 0;
}

int open_process(int process) noexcept {
    const long descriptor = ::syscall(SYS_pidfd_open, process, 0);   // always close-on-exec
    return descriptor < 0 ? -errno : static_cast<int>(descriptor);
}

void kill_and_reap(int process) noexcept {
    ::kill(process, SIGKILL);
    while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace troika::os
