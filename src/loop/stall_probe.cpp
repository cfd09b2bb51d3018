// SPDX-License-Identifier: MIT
#include "loop/stall_probe.hpp"

#include <troika/core/scheduler.hpp>

#include "os/thread_probe.hpp"

namespace troika::impl {

void stall_probe::look() noexcept {
    task = current_thread.task;
    const scheduler* const home = current_thread.home;
    if (task == nullptr || home == nullptr) return;
    runs = true;
    note(*task, running);
    frame = task->frame_;
    walk_queue(home->ready_first_);
    call_count = os::calls_in_progress(calls.data(), calls.size());
}

void stall_probe::note(const task_node& task, seen_task& into) noexcept {
    into.id = task.id();
    const char* from = task.name();
    if (from == nullptr) return;
    for (std::size_t i = 0; i + 1 < into.text.size() && from[i] != '\0'; ++i)
        into.text[i] = from[i];
}

void stall_probe::walk_queue(const task_node* first) noexcept {
    for (const task_node* at = first; at != nullptr && delayed < delayed_max; at = at->link_.next) {
        if (delayed < waiting.size()) note(*at, waiting[delayed]);
        ++delayed;
    }
}

}  // namespace troika::impl
