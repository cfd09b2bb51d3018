// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::lab {

/// What a task does next.
enum class step_kind : std::uint8_t {
    wait,      ///< sleeps
    request,   ///< asks a server on this machine, over TCP, and waits for the answer
    compute,   ///< keeps one processor busy
    file,      ///< writes a file and reads it again
};
inline constexpr std::array step_kinds{step_kind::wait, step_kind::request, step_kind::compute,
                                       step_kind::file};
[[nodiscard]] std::string_view name_of(step_kind kind) noexcept;

struct work_step {
    step_kind kind = step_kind::wait;
    duration time{0};          ///< of wait and compute; of request: until the server answers
    std::uint64_t bytes = 0;   ///< of file
    bool sync = false;         ///< of file: until the disk has it

    friend bool operator==(const work_step&, const work_step&) = default;
};

struct work_task {
    std::string name;
    std::vector<work_step> steps;   ///< one after the other

    /// What its steps take if nothing is in their way; files count nothing.
    [[nodiscard]] duration time() const noexcept;
};

/// Tasks that have nothing to do with each other, to be done as soon as possible.
struct workload {
    std::string name;
    std::vector<work_task> tasks;

    [[nodiscard]] std::size_t count(step_kind kind) const noexcept;   ///< steps of all tasks
    /// The time of all such steps together.
    [[nodiscard]] duration time(step_kind kind) const noexcept;
    /// Waits and requests.
    [[nodiscard]] duration waiting() const noexcept;
    /// Of the longest task: no model can be faster.
    [[nodiscard]] duration longest() const noexcept;
    /// "100 tasks: 100 requests (2.00 s)".
    [[nodiscard]] std::string describe() const;

    static constexpr std::size_t tasks_max = 10'000;
    static constexpr std::size_t steps_max = 100'000;   ///< of all tasks
    static constexpr duration time_max = std::chrono::seconds(60);   ///< of one step
    static constexpr std::uint64_t bytes_max = std::uint64_t{64} << 20;
};

/// What is changed of a built-in workload.
struct workload_sizes {
    workload_sizes() = default;

    std::optional<std::size_t> tasks;
    std::optional<duration> delay;       ///< of requests
    std::optional<duration> compute;
    std::optional<std::uint64_t> bytes;  ///< of files
    bool sync = false;
};

/// The names that built_in_workload() knows.
inline constexpr std::array<std::string_view, 5> built_in_workloads{"breakfast", "io", "cpu",
                                                                     "files", "mixed"};

/// Throws: std::invalid_argument for another name, for sizes that the workload does not have, and
/// for those beyond the limits of `workload`.
[[nodiscard]] workload built_in_workload(std::string_view name, const workload_sizes& sizes = {});

/// Reads a workload, as JSON: {"name": "shop", "tasks": 10, "steps": [{"request_ms": 20},
/// {"compute_ms": 1.5}, {"wait_ms": 5}, {"file_kb": 64, "sync": true}]}, or a list of such groups
/// of tasks, or {"name": ..., "groups": [...]}.
/// Throws: std::invalid_argument that says where and what is wrong.
[[nodiscard]] workload parse_workload(std::string_view json, std::string_view name);

}  // namespace troika::lab
