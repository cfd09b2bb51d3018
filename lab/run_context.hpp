// SPDX-License-Identifier: MIT
#pragma once

#include "lab/model_run.hpp"
#include "lab/recording.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troika::lab {

/// What the models share while they run. Lifetime: what it is made of.
struct run_context {
    run_context(const workload& of, const model_settings& settings);

    /// Notes the end of a task. Thread: any, one for each task.
    void done(std::size_t task, time_point at) {
        latencies[task] = std::chrono::duration<double>(at - record.began()).count();
    }

    const workload& what;
    const model_settings& how;
    recording record;
    std::vector<std::uint32_t> names;   ///< of the tasks, in the recording
    std::vector<double> latencies;
    std::uint64_t workers_memory = 0;   ///< peaks of other processes, added up
    duration workers_cpu{};             ///< of those that are no children of this one
    std::uint32_t processes = 1;
    std::uint32_t threads = 1;
};

// Each returns when all tasks were done; what remains, such as ending processes, is done too.
[[nodiscard]] time_point run_one_by_one(run_context& run);
[[nodiscard]] time_point run_on_threads(run_context& run, bool with_gil);
[[nodiscard]] time_point run_on_loop(run_context& run, bool with_pool);
[[nodiscard]] time_point run_in_processes(run_context& run);

/// Does all tasks by `body`, and tells what that took.
using model_body = time_point (*)(run_context& run);
[[nodiscard]] model_run run_measured(const workload& what, const model_settings& how,
                                     model_body body);

}  // namespace troika::lab
