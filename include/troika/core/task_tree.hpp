// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troika {

class task_node;
class task_owner;

/// One coroutine of a task, as a person would point at it.
struct frame_view {
    std::string function;
    std::string file;
    std::uint32_t line = 0;
};

/// A copy of one task, with the tasks it started.
struct task_view {
    std::uint32_t id = 0;
    std::string name;                  ///< given at the start, else that of its root coroutine
    std::string state;                 ///< ready, running, or what it waits for
    bool cancelled = false;
    std::vector<frame_view> stack;     ///< innermost coroutine first; empty of the one that runs
    std::vector<task_view> children;
};

/// Looks at the tasks of a scheduler without disturbing them.
/// Thread: the scheduler's own; any, for one with several threads, whose tasks go on meanwhile.
class task_tree {
public:
    /// Copies what is below `owner`.
    [[nodiscard]] static std::vector<task_view> snapshot(const task_owner& owner);
    [[nodiscard]] static task_view view(const task_node& node);
    /// The coroutines of `node`, innermost first: the async stack. Empty while it runs.
    [[nodiscard]] static std::vector<frame_view> stack(const task_node& node);
    /// One task a line, indented below the one that started it, its stack underneath.
    [[nodiscard]] static std::string to_text(const std::vector<task_view>& tasks);
    /// The stack as lines of `  at function file:line`.
    [[nodiscard]] static std::string to_text(const std::vector<frame_view>& stack);
};

}  // namespace troika
