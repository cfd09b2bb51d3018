// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/trace.hpp>
#include <troika/core/wait_cycle.hpp>

#include "os/cpu.hpp"

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
    if (state() == run_state::ended || state() == run_state::running || frame_ == nullptr)
        return nullptr;
    // Every coroutine of a task has a promise that begins with promise_base.
    return &std::coroutine_handle<impl::promise_base>::from_address(frame_).promise();
}

bool task_node::in_own_scope() const noexcept {
    const impl::spin_guard here(lock_if_shared());
    return scope().host() == this;
}

void task_node::note_error(const std::exception_ptr& error) noexcept {
    if (trace_hooks* const watcher = home().hooks()) [[unlikely]]
        watcher->on_fail(*this, impl::is_cancelled(error));
    if (home_->is_shared()) {
        // From here on it is not handed over: the owner that is told is there until it has left.
        const impl::spin_guard here(&lock_);
        leaving_ = true;
    }
    if (impl::is_cancelled(error))
        owner().child_cancelled(*this);
    else
        owner().child_failed(*this, error);
}

void task_node::destroy_cancelled() noexcept {
    // It may never have run: the tasks among its parameters were not forgotten.
    const impl::dropping_on_purpose quiet;
    std::coroutine_handle<>::from_address(frame_).destroy();
}

void task_node::drop_context() noexcept {
    impl::context_binding::release(std::exchange(context_, nullptr));
}

void task_node::tell_end() const noexcept {
    if (trace_hooks* const watcher = home().hooks()) watcher->on_end(*this);
}

void task_node::tell_ready() const noexcept {
    if (trace_hooks* const watcher = home().hooks()) watcher->on_ready(*this);
}

void task_node::tell_wake_posted() const noexcept {
    if (trace_hooks* const watcher = home().hooks()) watcher->on_wake_posted(*this);
}

void task_node::release_untyped() noexcept {
    if (release()) link_.dispose(this);
}

void task_node::cancel() noexcept {
    const impl::spin_guard here(lock_if_shared());
    if (own_cancel_ || leaving_ || ended()) return;
    own_cancel_ = true;
    refresh_cancelled();
}

bool task_node::refresh_scope(cancel_scope& scope) noexcept {
    if (scope.host_ != this) return scope.is_cancelled() || own_cancel_;   // the owner
    const bool outside = refresh_scope(*scope.parent_);
    const bool effective = scope.cancel_called() || (outside && !scope.shielded_);
    if (effective != scope.is_cancelled()) {
        cancel_scope::put(scope.effective_, effective);
        scope.refresh_tasks();
    }
    return effective;
}

void task_node::refresh_cancelled() noexcept {
    const bool before = is_cancelled();
    const bool now = refresh_scope(scope());
    if (now == before) return;
    cancelled_.store(now, std::memory_order_relaxed);
    if (home_->is_shared()) home_->refresh_branches(*this);
    if (now) abort_wait();
}

void task_node::abort_wait() noexcept {
    if (home_->is_shared()) {
        abort_wait_shared();
        return;
    }
    if (state() != run_state::parked || abort_asked_) return;
    abort_asked_ = true;
    suspension& wait = *link_.wait;
    if (wait.abort() == abort_answer::pending) return;
    wait.waiter_ |= suspension::aborted_bit;
    if (home().hooks() != nullptr) [[unlikely]]
        tell_ready();
    home().schedule(*this);
}

// What follows is for homes with several threads; task_node.hpp says who may do what.

void task_node::resume_shared() noexcept {
    // One that was cancelled before it began, by its future, never begins.
    if (!started_ && !try_start()) cancelled_.store(true, std::memory_order_relaxed);
    resume();
}

void task_node::make_ready_shared(bool last) noexcept {
    // Acquire: who set a bit that is cleared here has said what the task is to see; release: pairs
    // with the next who looks.
    turn_.exchange(0, std::memory_order_acq_rel);
    become_ready();
    home_->schedule_shared(*this, last);
}

void task_node::yield_shared() noexcept {
    // Not ready yet: its coroutine is still on the way out. settle() sees the bit.
    turn_.fetch_or(turn_woken, std::memory_order_relaxed);
}

void task_node::wake_shared() noexcept {
    // Release: what the waker did before is there for the task, whoever runs it. Acquire: pairs
    // with settle(), after which the coroutine stands still.
    const std::uint8_t before = turn_.fetch_or(turn_woken, std::memory_order_acq_rel);
    if ((before & (turn_parked | turn_held)) == turn_parked) make_ready_shared();
}

void task_node::settle() noexcept {
    // A task that yields is not parked; its last wait is over, and nothing to look at.
    if (state() == run_state::parked)
        if (const impl::future_core* const awaited = link_.wait->awaited_future()) {
            settle_watching(*awaited);
            return;
        }
    std::uint8_t expected = 0;
    // Release: the coroutine and its suspension are complete for who resumes or looks. Once this
    // has succeeded, the task may be anywhere, or gone.
    if (turn_.compare_exchange_strong(expected, turn_parked, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) [[likely]]
        return;
    settle_disturbed();
}

void task_node::settle_watching(const impl::future_core& awaited) noexcept {
    std::uint8_t expected = 0;
    // Sequentially consistent, as is the look at the others: of those that close a cycle at the
    // same time the last sees all others parked.
    if (!turn_.compare_exchange_strong(expected, turn_parked | turn_held)) {
        settle_disturbed();
        return;
    }
    std::exception_ptr cycle;
    try {
        cycle = impl::find_wait_cycle(*this, awaited);
    } catch (...) {   // no memory to look for one
    }
    if (cycle && link_.wait->break_off(std::move(cycle))) {
        tell_ready();
        make_ready_shared();
    } else
        release_hold();
}

void task_node::settle_disturbed() noexcept {
    std::uint8_t state = turn_.load(std::memory_order_acquire);
    for (;;) {
        if ((state & turn_woken) != 0) {
            make_ready_shared(true);   // it has had its turn
            return;
        }
        // Somebody has cancelled it while it ran. Held first, so that it is there to be looked at.
        if (turn_.compare_exchange_weak(state, turn_parked | turn_held,
                                        std::memory_order_acq_rel, std::memory_order_acquire))
            break;
    }
    // Whether that still counts: it may have entered a shield since.
    if (is_cancelled()) {
        turn_.fetch_or(turn_asked, std::memory_order_relaxed);
        abort_held();
    } else {
        release_hold();
    }
}

bool task_node::try_hold() noexcept {
    constexpr int tries_max = 64;   // who holds it lets go soon, or is about to look at us
    std::uint8_t state = turn_.load(std::memory_order_acquire);
    for (int tries = 0; tries < tries_max;) {
        if ((state & turn_parked) == 0 || (state & turn_woken) != 0) return false;
        if ((state & turn_held) != 0) {
            ++tries;
            os::pause();
            state = turn_.load(std::memory_order_acquire);
        } else if (turn_.compare_exchange_weak(state, static_cast<std::uint8_t>(state | turn_held),
                                               std::memory_order_acq_rel,
                                               std::memory_order_acquire)) {
            return true;
        }
    }
    return false;
}

void task_node::release_hold() noexcept {
    std::uint8_t state = turn_.load(std::memory_order_acquire);
    for (;;) {
        if ((state & turn_woken) != 0) {
            make_ready_shared();
            return;
        }
        if ((state & turn_cancel) != 0) {
            const bool asked_before = (state & turn_asked) != 0;
            if (!turn_.compare_exchange_weak(
                    state, static_cast<std::uint8_t>(state & ~turn_cancel),
                    std::memory_order_acq_rel, std::memory_order_acquire))
                continue;
            if (!asked_before && is_cancelled()) {
                turn_.fetch_or(turn_asked, std::memory_order_relaxed);
                abort_held();
                return;
            }
            state = turn_.load(std::memory_order_acquire);
            continue;
        }
        // Nothing of the task may be touched once this has succeeded.
        if (turn_.compare_exchange_weak(state, static_cast<std::uint8_t>(state & ~turn_held),
                                        std::memory_order_acq_rel, std::memory_order_acquire))
            return;
    }
}

void task_node::abort_wait_shared() noexcept {
    // Release: cancelled_ is there for who sees the bit.
    std::uint8_t state = static_cast<std::uint8_t>(
        turn_.fetch_or(turn_cancel, std::memory_order_acq_rel) | turn_cancel);
    for (;;) {
        // It runs, or is about to, or is held: then whoever has it sees the bit.
        if ((state & turn_parked) == 0 || (state & (turn_woken | turn_held)) != 0) return;
        if (turn_.compare_exchange_weak(state, static_cast<std::uint8_t>(state | turn_held),
                                        std::memory_order_acq_rel, std::memory_order_acquire))
            break;
    }
    release_hold();   // which finds the bit
}

void task_node::abort_held() noexcept {
    suspension& wait = *link_.wait;
    if (wait.abort() == abort_answer::pending) {
        release_hold();
        return;
    }
    wait.waiter_ |= suspension::aborted_bit;
    tell_ready();
    make_ready_shared();
}

void task_node::finish_shared() noexcept {
    {
        // One that never ran was not forgotten: it was cancelled.
        const impl::dropping_on_purpose quiet(is_cancelled() || !started_);
        std::coroutine_handle<>::from_address(frame_).destroy();
    }
    frame_ = nullptr;
    if (context_ != nullptr) drop_context();
    if (home_->hooks() != nullptr) [[unlikely]]
        tell_end();
    {
        const impl::spin_guard here(&lock_);
        leaving_ = true;
    }
    // Told before it leaves: whoever joins its owner finds the result there.
    if (!unshared()) complete();
    owner().child_left_shared(*this);
    if (release()) link_.dispose(this);
}

}  // namespace troika
