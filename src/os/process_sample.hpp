// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What Linux tells of other processes in /proc: what they have used, and what they wait for.

namespace troika::os {

/// What a thread does at a moment.
enum class thread_activity : std::uint8_t {
    runs,       ///< or could run, and waits for a processor
    disk,       ///< waits in a way that cannot be interrupted: for a disk, nearly always
    network,    ///< for a peer, on an Internet socket
    peer,       ///< for another process: a pipe, a Unix socket, a terminal
    lock,       ///< for another thread
    timer,      ///< for a point in time
    child,      ///< for the end of a process that it has started
    many,       ///< for any of several descriptors (poll, epoll and the like)
    other,      ///< for something else
    unknown,    ///< sleeps, and we may not know in what
    stopped,    ///< by a signal or a debugger
    gone,       ///< has ended
};

/// One thread. Times in nanoseconds since it began.
struct thread_sample {
    int id = 0;
    thread_activity activity = thread_activity::unknown;
    std::uint64_t run_ns = 0;     ///< on a processor
    std::uint64_t ready_ns = 0;   ///< could have run, and waited for a processor
    std::uint64_t turns = 0;      ///< how often it came on a processor
};

/// What a process has sent through read(), write() and their kin, and what of it met a disk.
struct process_io {
    std::uint64_t read_calls_bytes = 0;
    std::uint64_t write_calls_bytes = 0;
    std::uint64_t disk_read_bytes = 0;
    std::uint64_t disk_write_bytes = 0;
};

/// How often threads gave up a processor: by waiting, or because another one got it.
struct switch_counts {
    std::uint64_t voluntary = 0;
    std::uint64_t involuntary = 0;

    /// What was added since `earlier`; threads may have ended meanwhile.
    [[nodiscard]] switch_counts operator-(const switch_counts& earlier) const noexcept {
        return {voluntary - std::min(earlier.voluntary, voluntary),
                involuntary - std::min(earlier.involuntary, involuntary)};
    }
};

/// One process. Times in nanoseconds.
struct process_sample {
    int id = 0;
    int parent = 0;
    std::uint64_t started = 0;   ///< in ticks since the machine began; with `id`, a name for ever
    std::string name;            ///< of the program, 15 characters
    std::uint64_t user_ns = 0;
    std::uint64_t system_ns = 0;
    std::uint64_t children_user_ns = 0;     ///< of those that it has waited for, and of theirs
    std::uint64_t children_system_ns = 0;
    std::uint64_t major_faults = 0;         ///< pages that came from a disk; with its children's
    std::uint64_t resident_bytes = 0;
    std::optional<process_io> io;           ///< nothing where we may not know
    bool has_sockets = false;               ///< of the Internet; asked only where it may matter
    std::vector<thread_sample> threads;
};

/// What the children that this process has waited for, and theirs, have used.
struct children_usage {
    std::uint64_t user_ns = 0;
    std::uint64_t system_ns = 0;
    std::uint64_t resident_peak_bytes = 0;   ///< the largest of them
    std::uint64_t major_faults = 0;
    std::uint64_t disk_read_bytes = 0;
    std::uint64_t disk_write_bytes = 0;
    switch_counts switches;

    /// What was added since `earlier`. The peak is the peak of all.
    [[nodiscard]] children_usage operator-(const children_usage& earlier) const noexcept {
        return {user_ns - earlier.user_ns,
                system_ns - earlier.system_ns,
                resident_peak_bytes,
                major_faults - earlier.major_faults,
                disk_read_bytes - earlier.disk_read_bytes,
                disk_write_bytes - earlier.disk_write_bytes,
                switches - earlier.switches};
    }
};
children_usage usage_of_children() noexcept;

/// Reads /proc. Each call reads some files per thread: not for a loop's thread.
///
/// What has ended meanwhile is nothing, or has no threads. What one may not read is unknown.
/// `root` stands before every path; empty for this machine. Source: proc(5), the kernel's documents
/// on scheduler and task I/O statistics. Thread: one at a time.
class process_sampler {
public:
    explicit process_sampler(std::string root = {});

    /// Returns: nothing when there is no such process, or it is only waited for.
    [[nodiscard]] std::optional<process_sample> sample(int process) const;
    /// Who started whom: its parent, and when it began. Nothing when there is no such process.
    struct origin {
        int parent = 0;
        std::uint64_t started = 0;
    };
    [[nodiscard]] std::optional<origin> origin_of(int process) const;
    /// The numbers of all processes that we can see.
    [[nodiscard]] std::vector<int> all() const;
    /// Of all threads that live. Nothing where we may not know.
    [[nodiscard]] std::optional<switch_counts> switches_of(int process) const;
    /// The words of its command line, with spaces between; empty when that cannot be told.
    [[nodiscard]] std::string command_of(int process) const;
    /// Whether we may see what its threads wait for and what it reads and writes.
    [[nodiscard]] bool may_look_into(int process) const;

private:
    [[nodiscard]] thread_sample thread(const std::string& folder, int process, int id,
                                       char state) const;
    [[nodiscard]] thread_activity sleeping(const std::string& folder, int process,
                                           bool uninterruptible) const;
    [[nodiscard]] thread_activity on_descriptor(int process, std::uint64_t descriptor) const;
    [[nodiscard]] bool uses_network(int process) const;

    std::string root_;
    std::uint64_t tick_ns_;
    std::uint64_t page_bytes_;
};

}  // namespace troika::os
