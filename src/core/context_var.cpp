// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>

#include <troika/core/task_owner.hpp>

namespace troika::impl {

void context_binding::retain(context_binding* chain) noexcept {
    if (chain != nullptr) chain->references.fetch_add(1, std::memory_order_relaxed);
}

void context_binding::release(context_binding* chain) noexcept {
    // A loop, not recursion: chains may be long.
    while (chain != nullptr && chain->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        context_binding* next = chain->next;
        delete chain;
        chain = next;
    }
}

const context_binding* context_binding::find(const void* variable) noexcept {
    for (const context_binding* at = current(); at != nullptr; at = at->next)
        if (at->variable == variable) return at;
    return nullptr;
}

context_binding* context_binding::current() noexcept {
    const task_node* const task = current_thread.task;
    return task != nullptr ? task->context_ : current_thread.context;
}

void context_binding::replace_current(context_binding* chain) noexcept {
    task_node* const task = current_thread.task;
    release(std::exchange(task != nullptr ? task->context_ : current_thread.context, chain));
}

}  // namespace troika::impl
