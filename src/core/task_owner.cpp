// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/trace.hpp>

#include <thread>

namespace troika {

task_owner::task_owner() : cancel_scope(owning{}), home_(current_task().home()) {
    enter(current_task());
}

task_owner::task_owner(scheduler& home) noexcept : cancel_scope(rooted{}), home_(home) {}

task_owner::task_owner(task_node& host, cancel_scope* around) noexcept
    : cancel_scope(host, around), home_(host.home()) {}

void task_owner::adopt_running(task_node& child) noexcept {
    const guard here(*this);
    child.cancelled_.store(is_cancelled(), std::memory_order_relaxed);
    tasks_.push_back(child);
    ++task_count_;
}

void task_owner::adopt_shared(task_node& child) noexcept {
    adopt_running(child);
    if (home_.hooks() != nullptr) tell_start(child);
    home_.schedule(child);
}

void task_owner::child_left_shared(task_node& child) noexcept {
    join_operation* joiner = nullptr;
    {
        const guard here(*this);
        intrusive_list<task_node>::remove(child);
        if (--task_count_ == 0) joiner = std::exchange(joiner_, nullptr);
    }
    if (joiner != nullptr) joiner->wake();
}

task_owner::~task_owner() {
    check(tasks_.empty(), "an owner is left before its tasks have ended");
    leave();
}

std::string task_owner::join_operation::label() const {
    const std::size_t count = of_.task_count();
    return "the end of " + std::to_string(count) + (count == 1 ? " task" : " tasks");
}

void task_owner::pass_context_on(const task_node& starter, task_node& child) const noexcept {
    child.context_ = starter.context_;
    impl::context_binding::retain(child.context_);
}

void task_owner::tell_start(const task_node& child) const noexcept {
    if (trace_hooks* const watcher = home_.hooks()) watcher->on_start(child);
}

void task_owner::refresh_owned() noexcept {
    const guard here(*this);
    for (task_node& child : tasks_) {
        const impl::spin_guard one(child.lock_if_shared());
        child.refresh_cancelled();
    }
}

void task_owner::hand_over(task_owner& other) noexcept {
    check(&other.home_ == &home_, "tasks do not move between schedulers");
    while (task_count() != 0) {
        {
            const guard there(other);   // first: it is nearer to the root
            const guard here(*this);
            for (auto at = tasks_.begin(); at != tasks_.end();) {
                task_node& child = *at;
                ++at;
                const impl::spin_guard one(child.lock_if_shared());
                if (child.leaving_) continue;   // its thread has looked up whom it leaves
                re_own(child, other);
                intrusive_list<task_node>::remove(child);
                other.tasks_.push_back(child);
                --task_count_;
                ++other.task_count_;
            }
        }
        if (task_count() != 0) std::this_thread::yield();
    }
}

void task_owner::re_own(task_node& child, task_owner& other) const noexcept {
    // The scopes that the child is in, up to this one; those of the child alone are left as they
    // are.
    if (cancel_scope* inner = &child.scope(); inner == this) {
        child.scope_.store(&other, std::memory_order_relaxed);
    } else {
        while (inner->parent_ != this) inner = inner->parent_;
        inner->parent_ = &other;
    }
    // What this owner asked of its tasks is theirs to keep.
    if (is_cancelled()) child.own_cancel_ = true;
}

}  // namespace troika
