// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troika {
class task_node;
}

namespace troika::impl {

/// What a look at the loop of the calling thread finds, from inside a signal handler: it only
/// reads, and only what this thread alone changes.
class stall_probe {
public:
    struct seen_task {
        std::uint32_t id = 0;
        std::array<char, 48> text{};
        const char* name = text.data();
    };

    void look() noexcept;

    bool runs = false;         ///< a task has the turn
    seen_task running;
    const task_node* task = nullptr;
    const void* frame = nullptr;   ///< of the coroutine that was resumed; it may have ended
    std::array<const void*, 64> calls{};
    std::size_t call_count = 0;
    std::size_t delayed = 0;   ///< ready tasks, at most delayed_max
    std::array<seen_task, 8> waiting{};

    static constexpr std::size_t delayed_max = 10'000;

private:
    static void note(const task_node& task, seen_task& into) noexcept;
    void walk_queue(const task_node* first) noexcept;
};

}  // namespace troika::impl
