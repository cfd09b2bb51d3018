// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troika::lab {

/// What the time of a run was spent on. At each moment it is one of them: what the run as a whole
/// could not go on without.
enum class time_use : std::uint8_t {
    computing,   ///< a thread of it was on a processor
    ready,       ///< none was, but one could have been: others had the processors
    disk,
    network,
    lock,        ///< threads waited for each other
    sleeping,    ///< until a point in time
    other,       ///< for another process, a terminal, or something that we could not see
};
inline constexpr std::size_t time_use_count = 7;

/// A word for it, as in reports: "network".
[[nodiscard]] std::string_view name_of(time_use use) noexcept;

/// The process that computed most, and those of its threads that did at least a tenth of that.
struct working_process {
    std::string name;
    double cpu_s = 0;
    unsigned threads = 0;
    double running = 0;         ///< of them, on average, on a processor or ready, while it computed
    double locked = 0;          ///< and waiting for another thread
    double turns_per_s = 0;     ///< how often they came on a processor, all together
};

/// What was seen of one run of a program, with all processes that it started, or of a program that
/// runs, for a while.
struct run_facts {
    run_facts() = default;

    double wall_s = 0;
    double user_s = 0;
    double system_s = 0;
    std::array<double, time_use_count> time_s{};   ///< by time_use; its sum is wall_s
    double unseen_s = 0;       ///< of `other`: nobody knows
    double ready_thread_s = 0;   ///< of all threads together: ready, without a processor
    unsigned looks = 0;          ///< how often we looked
    unsigned processors = 1;     ///< that it may use

    bool switches_known = false;
    std::uint64_t switches_voluntary = 0;
    std::uint64_t switches_involuntary = 0;

    bool io_known = true;   ///< of all processes
    std::uint64_t disk_read_bytes = 0;
    std::uint64_t disk_write_bytes = 0;
    std::uint64_t read_bytes = 0;    ///< by calls, wherever from
    std::uint64_t write_bytes = 0;
    std::uint64_t major_faults = 0;
    std::uint64_t memory_peak_bytes = 0;   ///< resident, of all processes at a time

    unsigned processes_seen = 0;
    unsigned processes_max = 0;       ///< at a time
    unsigned threads_max = 0;         ///< at a time, of all processes
    unsigned processes_working = 0;   ///< those with at least a tenth of all computing
    working_process busiest;
    std::vector<float> busy;   ///< processors kept busy, in equal spans; fewer than busy_max
    static constexpr std::size_t busy_max = 120;

    [[nodiscard]] double cpu_s() const noexcept { return user_s + system_s; }
    [[nodiscard]] double time(time_use use) const noexcept {
        return time_s[static_cast<std::size_t>(use)];
    }
    /// The share of the time, 0 to 1.
    [[nodiscard]] double share(time_use use) const noexcept {
        return wall_s > 0 ? time(use) / wall_s : 0;
    }
    /// Processors kept busy while it computed at all; 0 when it never did.
    [[nodiscard]] double busy_mean() const noexcept {
        const double computing = time(time_use::computing);
        return computing > 0 ? cpu_s() / computing : 0;
    }
};

/// Several runs as one: times and counts added up, peaks kept, the picture of the longest.
/// Requires: not empty.
[[nodiscard]] run_facts sum_of(const std::vector<run_facts>& runs);

}  // namespace troika::lab
