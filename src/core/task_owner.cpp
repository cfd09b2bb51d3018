// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/trace.hpp>

namespace troika {

task_owner::task_owner() : home_(current_task().home()) {}

task_owner::task_owner(scheduler& home) noexcept : cancel_scope(rooted{}), home_(home) {}

task_owner::~task_owner() { check(tasks_.empty(), "an owner is left before its tasks have ended"); }

std::string task_owner::join_operation::label() const {
    return "the end of " + std::to_string(of_.task_count_) +
           (of_.task_count_ == 1 ? " task" : " tasks");
}

void task_owner::adopt(task_node& child) noexcept {
    child.id_ = home_.next_task_id();
    // A task sees the context of the one that started it, as it is now.
    if (const task_node* starter = impl::current_thread.task; starter != nullptr)
        if (starter->context_ != nullptr && &starter->home() == &home_) {
            child.context_ = starter->context_;
            impl::context_binding::retain(child.context_);
        }
    tasks_.push_back(child);
    ++task_count_;
    if (trace_hooks* hooks = home_.hooks()) [[unlikely]]
        hooks->on_start(child);
    home_.schedule(child);
}

void task_owner::child_left(task_node& child) noexcept {
    intrusive_list<task_node>::remove(child);
    if (--task_count_ == 0 && joiner_ != nullptr) std::exchange(joiner_, nullptr)->wake();
}

void task_owner::refresh_tasks() noexcept {
    for (task_node& child : tasks_) child.refresh_cancelled();
}

void task_owner::hand_over(task_owner& other) noexcept {
    check(&other.home_ == &home_, "tasks do not move between schedulers");
    for (task_node& child : tasks_) {
        child.owner_ = &other;
        if (child.scope_ == this) child.scope_ = &other;
        for (cancel_scope* scope = child.scope_; scope != &other; scope = scope->parent_)
            if (scope->parent_ == this) scope->parent_ = &other;
        // What this owner asked of them is theirs to keep.
        if (is_cancelled()) child.own_cancel_ = true;
    }
    other.task_count_ += std::exchange(task_count_, 0);
    other.tasks_.splice_back(tasks_);
}

}  // namespace troika
