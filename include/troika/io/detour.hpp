// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/resume_on.hpp>

#include <coroutine>
#include <cstdint>
#include <utility>

namespace troika::io {

/// Has the rest of a coroutine run on an event loop, where it needs one: on the loop of its task,
/// or, where that lives on a thread pool, on the loop that serves the pool. Who awaits the
/// coroutine goes on where it is. An awaiter.
/// Throws: std::system_error when the loop cannot be had.
inline resume_operation on_loop() { return resume_on(current_task().home().attendant()); }

/// The way to its loop of an operation that is awaited elsewhere: by a task of a thread pool, or of
/// another loop. The operation begins and completes on its loop, and the task goes on at home.
class detour {
public:
    detour() noexcept = default;
    detour(detour&&) noexcept {}   // operations move before they are awaited only
    detour& operator=(const detour&) = delete;
    ~detour() {
        if (way_) [[unlikely]]
            way_.destroy();
    }

    using start_function = void (*)(void* operation, task_node& node,
                                    std::coroutine_handle<> frame) noexcept;

    /// Calls `start(operation, ...)` on `loop`, for a task that then is parked there; `frame`, of
    /// the task `node`, goes on once that is woken. Where it never came to that, `result` says why,
    /// as a negative errno. Nothing of the operation may be touched afterwards.
    void begin(scheduler& loop, task_node& node, std::coroutine_handle<> frame, void* operation,
               start_function start, std::int32_t& result) noexcept;

private:
    std::coroutine_handle<> way_;
};

}  // namespace troika::io
