// SPDX-License-Identifier: MIT
#include <troika/core/scheduler.hpp>

#include <troika/core/trace.hpp>

namespace troika {

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
