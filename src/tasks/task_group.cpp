// SPDX-License-Identifier: MIT
#include <troika/tasks/task_group.hpp>

#include <stdexcept>

namespace troika {

void task_group::throw_finished() {
    throw std::logic_error(
        "create_task() in a task group that has ended: everything in it is over");
}

bool task_group::finished() const noexcept {
    // The count asks for the lock itself: ended first, else a child could end in between.
    bool ended = false;
    {
        const guard here(*this);
        ended = body_ended_;
    }
    return ended && task_count() == 0;
}

void task_group::add_error(const std::exception_ptr& error) noexcept {
    {
        const guard here(*this);
        errors_.push_back(error);
    }
    cancel();
}

void task_group::child_failed(task_node& child, const std::exception_ptr& error) noexcept {
    child.mark_retrieved();   // the group throws it
    add_error(error);
}

void task_group::child_cancelled(task_node&) noexcept {
    if (is_cancelled()) cut_short_.store(true, std::memory_order_relaxed);
}

void task_group::end_body(const std::exception_ptr& error) noexcept {
    {
        const guard here(*this);
        body_ended_ = true;
    }
    if (!error) return;
    if (!impl::is_cancelled(error)) {
        add_error(error);
        return;
    }
    cancellation_ = error;
    own_cancellation_ = cancel_called();
    cancel();
}

void task_group::rethrow() const {
    if (!errors_.empty()) throw exception_group("errors in a task group", errors_);
    // The body may also have got `cancelled` from elsewhere, such as a future whose work was
    // cancelled.
    if (cancellation_ && !(own_cancellation_ && caught())) std::rethrow_exception(cancellation_);
    // The body had ended, but not what it started.
    if (cut_short_ && !caught()) throw cancelled{};
}

}  // namespace troika
