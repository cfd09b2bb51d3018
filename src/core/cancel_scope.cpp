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

cancel_scope::~cancel_scope() { leave(); }

void cancel_scope::enter(task_node& host) {
    host_ = &host;
    parent_ = host.scope_;
    host.scope_ = this;
    effective_ = host.cancelled_ && !shielded_;
    host.cancelled_ = effective_;
    entered_ = true;
}

void cancel_scope::leave() noexcept {
    if (!entered_) return;
    entered_ = false;
    check(host_->scope_ == this, "scopes are left in the reverse order of entering them");
    if (alarm_.armed()) host_->home().disarm(alarm_);
    host_->scope_ = parent_;
    outer_cancelled_ = host_->refresh_scope(*parent_);
    host_->cancelled_ = outer_cancelled_;
}

void cancel_scope::cancel() noexcept {
    if (requested_) return;
    requested_ = true;
    if (host_ == nullptr) {
        effective_ = true;
        refresh_tasks();
    } else if (entered_) {
        if (alarm_.armed()) host_->home().disarm(alarm_);
        host_->refresh_cancelled();
    }
}

void cancel_scope::set_deadline(time_point deadline) noexcept {
    check(host_ != nullptr, "the root scope has no deadline");
    if (alarm_.armed()) host_->home().disarm(alarm_);
    alarm_.set(deadline);
    if (requested_ || !entered_ || deadline == never) return;
    if (deadline <= host_->home().now()) {
        expired_ = true;
        cancel();
    } else {
        host_->home().arm(alarm_);
    }
}

void cancel_scope::alarm::expire() noexcept {
    scope_.expired_ = true;
    scope_.cancel();
}

}  // namespace troika
