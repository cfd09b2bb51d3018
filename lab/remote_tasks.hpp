// SPDX-License-Identifier: MIT
#pragma once

#include "lab/run_context.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troika::lab {

/// What a worker in another process says of a task. Times are of its clock.
struct remote_done {
    std::uint32_t pid = 0;
    std::uint32_t rank = 0;          ///< of an MPI job
    std::uint64_t memory_peak = 0;
    std::uint64_t lost = 0;
    duration cpu{};
    time_point began{};
    time_point ended{};
    std::vector<lane_span> spans;
};

/// Does a task, in that process.
[[nodiscard]] remote_done do_task(const work_task& task, const work_place& place,
                                  std::uint64_t number);

/// Notes in `run` what workers have done: a lane for each, the ends of the tasks, what they used.
/// `submitted`: when each task was, and `results`, in the order of the tasks. `name`: what a worker
/// is called, with its number.
void note_remote(run_context& run, const std::vector<time_point>& submitted,
                 const std::vector<remote_done>& results, time_point ended,
                 const std::string& name);

}  // namespace troika::lab
