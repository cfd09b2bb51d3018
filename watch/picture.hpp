// SPDX-License-Identifier: MIT
#pragma once

#include "watch/program.hpp"
#include "watch/remote_tasks.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troika::watch {

/// What a program was doing at one moment.
struct picture {
    /// One thing that the program lists.
    struct part {
        impl::listing_data listed;
        std::vector<seen_task> tasks;   ///< of a loop or a pool
        std::uint64_t running = 0;      ///< address of the task that runs on its thread
        bool runs_job = false;          ///< a job does, on its thread
        /// As registry_format.hpp says; of a pool_worker the difference.
        std::array<std::optional<std::uint64_t>, 4> gauges;
    };

    program of;
    std::int64_t taken_ns = 0;          ///< on the monotonic clock
    std::vector<part> parts;
    std::vector<std::string> notes;     ///< why it is not whole, if it is not
    std::vector<std::string> warnings;  ///< cycles of waits, tasks that hold a loop

    /// Tasks, in all.
    [[nodiscard]] std::size_t task_count() const;
};

/// Looks at a program once. Cost: some microseconds for each task, none for the program.
picture look_at(program of);

/// The pictures of a program and of the processes that it lists, which are programs as well.
std::map<int, picture> look_at_family(program of);

/// As a table with a line for each program.
std::string list_text(const std::map<int, picture>& all);

/// As a tree: loops and pools, tasks below those that started them, each with its stack; processes
/// below their pool.
std::string tree_text(const std::map<int, picture>& family, int pid);

/// The same for programs to read: an array of processes.
std::string to_json(const std::map<int, picture>& family);

/// "1.2 s", "35 ms".
std::string duration_text(std::int64_t nanoseconds);

}  // namespace troika::watch
