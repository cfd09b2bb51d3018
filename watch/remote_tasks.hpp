// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task_tree.hpp>

#include "watch/program.hpp"
#include "watch/remote_memory.hpp"
#include "watch/remote_types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troika::watch {

/// A task of another process, as it was a moment ago.
struct seen_task {
    std::uint64_t address = 0;
    std::uint64_t awaited = 0;   ///< the future it waits for, if it is that
    /// Seconds since it was parked, rounded down to an even number; -1: not known. It could be
    /// 65,536 more, or twice as many, where the program runs that long.
    int waits_s = -1;
    task_view what;              ///< its children apart
    std::vector<seen_task> children;
};

/// The tasks of a program, read from its memory while it goes on.
///
/// They are where the program keeps them, and no register is kept up to date for us: a task that
/// moves on while it is read may be missing, or shown in part. What makes no sense is left out.
class remote_tasks {
public:
    /// Tasks that are shown, at most, of all lists together.
    static constexpr std::size_t tasks_max = 100'000;

    explicit remote_tasks(const program& of) : program_(of), memory_(of.pid), types_(memory_) {}

    /// The tasks below the task_owner at `address`.
    std::vector<seen_task> below(std::uint64_t address);
    /// What runs on the thread whose state is at `address`.
    struct turn {
        std::uint64_t task = 0;
        std::uint64_t job = 0;
    };
    turn running_on(std::uint64_t thread);
    /// A number of the program's.
    std::optional<std::uint64_t> number(std::uint64_t address) {
        return memory_.get<std::uint64_t>(address);
    }

    /// Whether there were more than tasks_max, or lists that changed too fast to be followed.
    [[nodiscard]] bool incomplete() const noexcept { return incomplete_; }
    /// The errno with which reading failed, or 0; EPERM: this user may not.
    [[nodiscard]] int error() const noexcept { return memory_.error(); }

private:
    std::optional<seen_task> read_task(std::uint64_t address, int depth);
    void read_stack(std::uint64_t frame, bool started, task_view& into);
    std::string label_of(std::uint64_t wait, seen_task& of);
    std::string subject_of(int descriptor);
    std::vector<seen_task> read_list(std::uint64_t owner, int depth);

    const program& program_;
    remote_memory memory_;
    remote_types types_;
    std::size_t left_ = tasks_max;
    bool incomplete_ = false;
};

/// Tasks that wait for each other in a circle: each waits for the next, the last for the first.
std::vector<std::vector<const seen_task*>> find_cycles(const std::vector<seen_task>& tasks);

}  // namespace troika::watch
