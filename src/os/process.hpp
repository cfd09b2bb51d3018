// SPDX-License-Identifier: MIT
#pragma once

#include "os/fd.hpp"

#include <cstddef>
#include <span>

// Processes. int results: 0 or a count; -errno on failure.

namespace troika::os {

/// A descriptor of ours, and the number under which a child has it.
struct given_descriptor {
    int descriptor = -1;
    int number = -1;
};

/// Where a child is put, which decides which signals of terminals and groups reach it.
enum class child_group : unsigned char {
    ours,
    own,           ///< a process group of its own, whose number is the child's
    own_session,   ///< a session, and so a group, of its own; without a terminal
};

/// What start_process() shall start. Lifetime: all that it points to, until that returns.
struct start_options {
    /// Paths, ended by null. As execvp() does, each is tried until one is a program; relative ones
    /// are looked up from `directory`.
    const char* const* programs = nullptr;
    /// Ended by null; the first is the name that the program sees.
    const char* const* arguments = nullptr;
    /// `NAME=value`, ended by null; null: our environment.
    const char* const* environment = nullptr;
    /// Null: ours.
    const char* directory = nullptr;
    /// All that the child has of ours; at most given_max, each number once. A descriptor may be
    /// given several times, and under the number of another. Programs expect 0, 1 and 2.
    std::span<const given_descriptor> descriptors = {};
    child_group group = child_group::own;
    /// A signal that the kernel sends it when the *thread* that called start_process() has ended;
    /// 0: none. A set-user-ID program does not get it.
    int death_signal = 0;
    /// The child ignores SIGINT from its first instruction on: Ctrl-C is our affair.
    bool ignores_interrupts = false;

    static constexpr std::size_t given_max = 64;
};

/// What start_process() was at when it failed.
enum class start_step : unsigned char {
    nothing,
    request,   ///< -EINVAL: the options contradict each other
    process,   ///< -EAGAIN: too many processes; -ENOMEM; -ENOSYS: no pidfd (Linux 5.4 has it)
    group,
    death_signal,   ///< -ESRCH: the parent has ended already
    descriptors,    ///< -EBADF: one of those given is not open; -EMFILE
    directory,
    program,   ///< -ENOENT, -EACCES, -ENOEXEC...
};

/// A child as start_process() leaves it.
struct started_process {
    int number = 0;   ///< the process's, until it was reaped
    fd handle;        ///< stands for it; readable once it has ended; close-on-exec
    start_step failed = start_step::nothing;
};

/// Starts a program, in a time that does not depend on how much memory we have.
///
/// The child has default dispositions for all signals, and none blocked. It shares our memory, and
/// the calling thread sleeps, until the program is loaded or could not be: not for a loop's thread.
/// Other threads go on. No handler of ours ever runs in the child.
/// Returns: 0; or -errno, with the step that failed, and then no process is left.
/// Thread: any, as long as nobody changes the environment.
/// Source: clone(2), CLONE_VFORK and CLONE_PIDFD.
int start_process(const start_options& options, started_process& into) noexcept;

/// Goes on as another program, with the same process, descriptors and environment.
/// `arguments`: ended by null. Returns: only when that fails, -errno.
int become(const char* program, const char* const* arguments) noexcept;

/// Closes all descriptors of this process from `first` on, in whatever way the kernel offers.
/// Async-signal-safe. Returns: 0 or -errno.
int close_from(int first) noexcept;

/// Sends a signal to the process that `handle` stands for. -ESRCH when it was reaped.
int signal_process(int handle, int signal) noexcept;

/// Sends a signal to all members of a process group. -ESRCH when there are none.
/// Requires: a member that is our child, and not reaped: the number may be another group's
/// otherwise.
int signal_group(int group, int signal) noexcept;

/// How a process ended.
struct process_end {
    int code = 0;     ///< what it gave to exit()
    int signal = 0;   ///< the number of the signal that ended it, or 0

    /// The code, or the negative number of the signal.
    [[nodiscard]] int exit_code() const noexcept { return signal != 0 ? -signal : code; }
};

/// Takes note of the end of the child that `handle` stands for; it is gone afterwards.
/// -EAGAIN while it runs; -ECHILD when its end is lost, as where SIGCHLD is ignored.
int reap(int handle, process_end& into) noexcept;

/// The same, sleeping until it has ended.
int wait_and_reap(int handle, process_end& into) noexcept;

/// A descriptor of our own for what process `pid` has open as `descriptor`. Needs the right to
/// trace it. Returns: it, or -errno; -ENOSYS: no pidfd_getfd (Linux 5.6 has it).
int copy_descriptor_of(int pid, int descriptor) noexcept;

}  // namespace troika::os
