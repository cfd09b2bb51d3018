// SPDX-License-Identifier: MIT
#include <troika/core/scheduler.hpp>

#include <troika/core/trace.hpp>

#include <cstddef>
#include <new>

namespace troika {

std::uint32_t scheduler::next_number() noexcept {
    using counter = std::atomic<std::uint32_t>;
    alignas(counter) static std::byte storage[sizeof(counter)];
    static counter* const last = new (storage) counter(0);
    return last->fetch_add(1, std::memory_order_relaxed) + 1;
}

void scheduler::resume_observed(task_node& node) noexcept {
    trace_hooks* const watcher = hooks();
    if (watcher != nullptr) watcher->on_resume(node);
    if (shared_)
        node.resume_shared();
    else
        node.resume();
    if (watcher != nullptr) watcher->on_suspend(node);
}

}  // namespace troika
