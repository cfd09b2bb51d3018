// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/trace.hpp>

namespace troika {

static_assert(sizeof(task_node) <= 88, "a million sleeping tasks count on it");

namespace {
/// Has this source hold a copy of an inline function, for those that see only its declaration:
/// what every start and end of a task goes through is defined in headers above its class's.
template <auto Function>
struct emitted {
    [[gnu::used]] static inline const auto address = Function;
};
// Whose access is not checked here, as the standard has it for explicit instantiations.
template struct emitted<&task_node::begin>;
template struct emitted<&task_node::finish>;
template struct emitted<&suspension::wake>;
}  // namespace

const impl::promise_base* task_node::innermost() const noexcept {
    // Where a running task is, only its thread's stack knows: frame_ is where it last stood.
    if (run_state_ == run_state::ended || run_state_ == run_state::running || frame_ == nullptr)
        return nullptr;
    // Every coroutine of a task has a promise that begins with promise_base.
    return &std::coroutine_handle<impl::promise_base>::from_address(frame_).promise();
}

void task_node::note_error(const std::exception_ptr& error) noexcept {
    if (impl::is_cancelled(error))
        owner_->child_cancelled(*this);
    else
        owner_->child_failed(*this, error);
}

void task_node::destroy_cancelled() noexcept {
    // It may never have run: the tasks among its parameters were not forgotten.
    const impl::dropping_on_purpose quiet;
    std::coroutine_handle<>::from_address(frame_).destroy();
}

void task_node::drop_context() noexcept {
    impl::context_binding::release(std::exchange(context_, nullptr));
}

void task_node::tell_end() noexcept { home().hooks()->on_end(*this); }

void task_node::release_untyped() noexcept {
    if (release()) link_.dispose(this);
}

void task_node::cancel() noexcept {
    if (own_cancel_ || ended()) return;
    own_cancel_ = true;
    refresh_cancelled();
}

bool task_node::refresh_scope(cancel_scope& scope) noexcept {
    if (&scope == owner_) return scope.effective_ || own_cancel_;
    const bool outside = refresh_scope(*scope.parent_);
    const bool effective = scope.requested_ || (outside && !scope.shielded_);
    if (effective != scope.effective_) {
        scope.effective_ = effective;
        scope.refresh_tasks();
    }
    return effective;
}

void task_node::refresh_cancelled() noexcept {
    const bool before = cancelled_;
    cancelled_ = refresh_scope(*scope_);
    if (cancelled_ && !before) abort_wait();
}

void task_node::abort_wait() noexcept {
    if (run_state_ != run_state::parked || abort_asked_) return;
    abort_asked_ = true;
    suspension& wait = *link_.wait;
    if (wait.abort() == abort_answer::pending) return;
    wait.waiter_ |= suspension::aborted_bit;
    home().schedule(*this);
}

}  // namespace troika
