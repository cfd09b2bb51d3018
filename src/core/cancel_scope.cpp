// SPDX-License-Identifier: MIT
#include <troika/core/cancel_scope.hpp>

#include <troika/core/task_owner.hpp>

namespace troika {

cancel_scope::cancel_scope() : cancel_scope(options{}) {}

cancel_scope::cancel_scope(const options& o) : shielded_(o.shielded), alarm_(*this, never) {
    enter(current_task());
    set_deadline(o.deadline);
}

cancel_scope::cancel_scope(rooted) noexcept : alarm_(*this, never) {}

cancel_scope::cancel_scope(task_node& host, cancel_scope* around) noexcept
    : parent_(around), host_(&host), alarm_(*this, never) {}

void cancel_scope::follow() noexcept {
    const bool effective = parent_ != nullptr
                               ? parent_->is_cancelled()
                               : host_->owner().is_cancelled() || host_->own_cancel_;
    if (effective == is_cancelled()) return;
    put(effective_, effective);
    refresh_tasks();
}

cancel_scope::~cancel_scope() { leave(); }

void cancel_scope::enter(task_node& host) {
    const impl::spin_guard here(host.lock_if_shared());
    host_ = &host;
    parent_ = host.scope_;
    host.scope_ = this;
    const bool inherited = host.is_cancelled() && !shielded_;
    put(effective_, inherited);
    host.cancelled_.store(inherited, std::memory_order_relaxed);
    entered_ = true;
}

void cancel_scope::leave() noexcept {
    if (!entered_) return;
    silence();
    const impl::spin_guard here(host_->lock_if_shared());
    entered_ = false;
    check(host_->scope_ == this, "scopes are left in the reverse order of entering them");
    host_->scope_ = parent_;
    outer_cancelled_ = host_->refresh_scope(*parent_);
    host_->cancelled_.store(outer_cancelled_, std::memory_order_relaxed);
}

void cancel_scope::cancel() noexcept {
    if (host_ == nullptr) {
        if (requested_.exchange(true, std::memory_order_relaxed)) return;
        put(effective_, true);
        refresh_tasks();
        return;
    }
    const impl::spin_guard here(host_->lock_if_shared());
    if (cancel_called()) return;
    put(requested_, true);
    if (!entered_) return;
    // One that runs on several threads leaves its alarm alone: it may be what calls.
    if (!host_->home().is_shared()) silence();
    host_->refresh_cancelled();
}

/// Takes the alarm away; it rings no more from here on.
void cancel_scope::silence() noexcept {
    if (alarm_.deadline() != never) static_cast<void>(host_->home().disarm(alarm_));
}

void cancel_scope::set_deadline(time_point deadline) noexcept {
    check(host_ != nullptr, "the root scope has no deadline");
    silence();
    alarm_.set(deadline);
    if (cancel_called() || !entered_ || deadline == never) return;
    if (deadline <= host_->home().now()) {
        put(expired_, true);
        cancel();
    } else {
        host_->home().arm(alarm_);
    }
}

void cancel_scope::alarm::expire() noexcept {
    if (!scope_.cancel_called()) put(scope_.expired_, true);
    scope_.cancel();
}

}  // namespace troika
