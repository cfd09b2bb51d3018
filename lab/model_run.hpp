// SPDX-License-Identifier: MIT
#pragma once

#include "lab/blocking_work.hpp"
#include "lab/workload.hpp"

#include <troika/core/clock.hpp>
#include <troika/inspect/trace_data.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace troika::lab {

/// A way to have many tasks done.
enum class work_model : std::uint8_t {
    sync,          ///< one after the other
    async,         ///< tasks of an event loop, on one thread
    async_pool,    ///< the same, but a pool of threads computes
    threads,       ///< threads that take one task after the other
    threads_gil,   ///< the same under a global lock, as in CPython
    processes,     ///< a pool of processes
    ranks,         ///< the ranks of an MPI job
};
inline constexpr std::array work_models{work_model::sync,       work_model::async,
                                        work_model::async_pool, work_model::threads,
                                        work_model::threads_gil, work_model::processes,
                                        work_model::ranks};
/// "async+pool".
[[nodiscard]] std::string_view name_of(work_model model) noexcept;
[[nodiscard]] std::optional<work_model> model_of(std::string_view name) noexcept;

/// How a model is run.
struct model_settings {
    work_model model = work_model::sync;
    std::uint32_t workers = 1;   ///< threads, processes or ranks; of the pool for async_pool
    duration switch_interval = gil::interval_default;
    work_place place;
};

/// Threads or processes that a model has unless a user says otherwise, on a machine with so many
/// processors: as many as processors for what only computes, more for what waits; never more than
/// there are tasks.
[[nodiscard]] std::uint32_t default_workers(work_model model, const workload& what,
                                            std::uint32_t processors) noexcept;
inline constexpr std::uint32_t waiting_threads_max = 64;     ///< by default
inline constexpr std::uint32_t waiting_processes_max = 16;   ///< by default
inline constexpr std::uint32_t workers_max = 512;            ///< whatever users say

/// What a run has taken.
struct run_figures {
    double wall_s = 0;   ///< until all tasks were done, from before there were threads, or a loop
    double cpu_s = 0;    ///< of the process and all that it started
    std::uint64_t switches_voluntary = 0;
    std::uint64_t switches_involuntary = 0;
    std::uint64_t memory_peak_bytes = 0;   ///< resident; of all processes, added up
    std::uint32_t processes = 1;
    std::uint32_t threads = 1;             ///< that do tasks
    std::vector<double> latencies_s;       ///< of each task: from the beginning until it was done

    [[nodiscard]] std::uint64_t switches() const noexcept {
        return switches_voluntary + switches_involuntary;
    }
};

struct model_run {
    run_figures figures;
    trace_data trace;   ///< lanes, states, the holder of the GIL, hand-overs
};

/// Does all tasks once, in this process. Throws: what goes wrong: std::system_error as a rule.
/// Thread: one without an event loop.
[[nodiscard]] model_run run_model(const workload& what, const model_settings& how);

/// The same in a process that is started for it alone, so that its figures are its own.
/// Requires: main() calls troika::process_entry().
[[nodiscard]] model_run run_model_apart(const workload& what, const model_settings& how);

/// The MPI job that this process belongs to, for programs that link MPI.
struct rank_job {
    std::uint32_t workers = 0;   ///< ranks that do tasks; 0: there is no job
    /// Does all tasks once, on the ranks. Throws: what goes wrong.
    model_run (*run)(const workload& what, const model_settings& how) = nullptr;
};

}  // namespace troika::lab
