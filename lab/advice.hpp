// SPDX-License-Identifier: MIT
#pragma once

#include "lab/run_facts.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troika::lab {

/// What a program spends its time on.
enum class boundness : std::uint8_t {
    unknown,   ///< it was too short, or nobody could see
    cpu,
    disk,
    network,
    waiting,   ///< for the clock, other processes, a user
    mixed,     ///< computes and waits
};

/// How to have more of such work done in the same time.
enum class model : std::uint8_t {
    none,        ///< nothing to gain, or nothing known
    loop,        ///< many tasks on one thread
    threads,     ///< for what waits a little, or in calls that block
    pool,        ///< threads that compute, one for each processor
    processes,   ///< for what cannot compute in threads, or is a program of its own
};

enum class confidence : std::uint8_t { low, medium, high };

/// How a program shares the processors.
enum class parallelism : std::uint8_t {
    single,       ///< one thread computes at a time, as there is but one
    several,      ///< uses several processors
    serialised,   ///< has several threads that compute, of which one runs at a time
};

struct advice {
    advice() = default;

    boundness bound = boundness::unknown;
    time_use waits_for = time_use::other;   ///< most of the time in which it does not compute
    confidence sure = confidence::low;
    parallelism parallel = parallelism::single;
    model fits = model::none;
    unsigned workers = 0;   ///< tasks, threads or processes at a time; 0 where nothing is advised
    std::string verdict;    ///< "CPU-bound", "I/O-bound (network)"
    std::string plan;       ///< what to do, in a sentence or two
    std::vector<std::string> reasons;   ///< the figures that led there
    std::vector<std::string> doubts;    ///< what makes us less sure
};

/// What is known of the observation, beside its figures.
struct observation {
    bool is_command = true;    ///< started by us; otherwise watched for a while
    bool sees_waits = true;    ///< we might see what threads wait for
};

/// What a sum of seconds says less of than this is nothing.
inline constexpr double seconds_min = 0.2;
/// What we would like to have seen.
inline constexpr double seconds_enough = 1.0;

/// Judges the runs of a program. A pure function of its arguments. Requires: not empty.
[[nodiscard]] advice judge(const std::vector<run_facts>& runs, const observation& how = {});

[[nodiscard]] std::string_view name_of(boundness what) noexcept;
[[nodiscard]] std::string_view name_of(model what) noexcept;
[[nodiscard]] std::string_view name_of(confidence what) noexcept;
[[nodiscard]] std::string_view name_of(parallelism what) noexcept;

}  // namespace troika::lab
