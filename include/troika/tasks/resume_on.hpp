// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/promise_base.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task_owner.hpp>

#include <concepts>
#include <coroutine>

namespace troika {

/// What resume_on() gives: an awaiter.
class [[nodiscard("nothing moves until it is awaited")]] resume_operation {
public:
    explicit resume_operation(scheduler& where) noexcept : where_(where) {}

    [[nodiscard]] bool await_ready() const noexcept { return &current_task().home() == &where_; }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) {
        static_assert(requires { frame.promise().end_task(frame); },
                      "resume_on() moves tasks: a generator stays with its consumer");
        move(frame, frame.promise(), [](std::coroutine_handle<> root) noexcept {
            std::coroutine_handle<P>::from_address(root.address()).promise().end_task(root);
        });
    }
    void await_resume() const noexcept {}

private:
    using root_end = void (*)(std::coroutine_handle<>) noexcept;
    void move(std::coroutine_handle<> frame, impl::promise_base& promise, root_end end);
    scheduler& where_;
};

/// Has the coroutine that awaits this go on at `where`: on another loop, or on a thread pool; until
/// its end, or until it awaits resume_on() again. Who awaits it goes on where it was.
///
/// The task stays where it is in the tree, and waits there meanwhile; a cancellation reaches what
/// it does elsewhere, and its context variables go along and come back.
/// Requires: the scopes and groups that the coroutine itself has entered before are left after it
/// has come back; open the scope in the coroutine that awaits it, or after moving.
/// Cancel: refused on entry. Lifetime: `where` runs until the coroutine has come back.
[[nodiscard]] inline resume_operation resume_on(scheduler& where) noexcept {
    return resume_operation{where};
}

/// The same for an executor whose tasks have a home: a thread pool.
template <class Executor>
    requires requires(Executor& of) {
        { of.home() } -> std::convertible_to<scheduler&>;
    }
[[nodiscard]] resume_operation resume_on(Executor& where) noexcept {
    return resume_operation{where.home()};
}

}  // namespace troika
