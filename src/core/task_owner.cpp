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

void task_owner::pass_context_on(const task_node& starter, task_node& child) const noexcept {
    if (&starter.home() != &home_) return;
    child.context_ = starter.context_;
    impl::context_binding::retain(child.context_);
}

void task_owner::tell_start(const task_node& child) const noexcept {
    home_.hooks()->on_start(child);
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
