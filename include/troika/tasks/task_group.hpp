// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/errors.hpp>
#include <troika/tasks/work.hpp>

#include <atomic>
#include <concepts>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

namespace impl {

/// Keeps a callable alive until the coroutine that it made has ended: the captures of a lambda live
/// in the lambda, not in its coroutine.
template <class F>
std::invoke_result_t<F&> call_kept(F function) {
    co_return co_await function();
}

}  // namespace impl

/// Tasks that live together: with_task_group() returns only when all of them have ended.
///
/// The first failure of a child, or of the body, cancels the others and the body. cancel(),
/// inherited, ends the group without an error.
/// Thread: that of the task that made it; where its home has several threads, any of them.
class task_group final : public task_owner {
public:
    /// Starts `work` in this group. In a cancelled group it ends without having run.
    /// Returns: its future; dropping it changes nothing, the group keeps the task and its errors.
    /// Throws: std::logic_error when the body and all children have ended; `work` is dropped.
    template <class T>
    future<T> create_task(task<T> work, task_options options = {}) {
        if (finished()) {
            work.abandon();
            throw_finished();
        }
        return start(std::move(work), options);
    }

    /// Starts the task that `function()` gives, and keeps `function` alive until it has ended: safe
    /// for a lambda that captures.
    template <impl::body F>
    auto create_task(F&& function, task_options options = {}) {
        if (finished()) throw_finished();
        return start(impl::call_kept<std::decay_t<F>>(std::forward<F>(function)), options);
    }

private:
    template <impl::body<task_group&> F>
    friend task<impl::body_value<F, task_group&>> with_task_group(F function);

    task_group() = default;

    [[nodiscard]] bool finished() const noexcept;
    [[noreturn]] static void throw_finished();
    void child_failed(task_node& child, const std::exception_ptr& error) noexcept override;
    void child_cancelled(task_node& child) noexcept override;
    void add_error(const std::exception_ptr& error) noexcept;
    void end_body(const std::exception_ptr& error) noexcept;
    /// After the group was left. Throws: the group's errors; else a cancellation that is not its
    /// own.
    void rethrow() const;

    std::vector<std::exception_ptr> errors_;
    std::exception_ptr cancellation_;   // what the body threw, if it was that
    bool body_ended_ = false;
    bool own_cancellation_ = false;     // the group was cancelled before its body
    std::atomic<bool> cut_short_{false};   // a child ended because the group was cancelled
};

/// Runs `function(group)`, then waits until everything that was started in the group has ended.
///
/// `function` is a coroutine, usually a lambda; it is kept alive, so it may capture.
/// Returns: what the body returned. Throws: exception_group with all that the body and the children
/// threw, even a single error, never a cancellation; errors win over a cancellation from outside,
/// which the next await then meets. A body with a result that group.cancel() cut short throws
/// `cancelled`.
/// Cancel: cancels the body and the children, and waits for them.
template <impl::body<task_group&> F>
task<impl::body_value<F, task_group&>> with_task_group(F function) {
    using T = impl::body_value<F, task_group&>;
    task_group group;
    outcome<T> value;
    std::exception_ptr error;
    try {
        if constexpr (std::is_void_v<T>)
            co_await function(group);
        else
            value.emplace(co_await function(group));
    } catch (...) {
        error = std::current_exception();
    }
    group.end_body(error);
    // Again, because a child may be started by others between the end of the last and our turn.
    while (group.task_count() != 0) co_await group.join();
    group.leave();
    group.rethrow();
    if constexpr (!std::is_void_v<T>) {
        if (value.empty()) throw cancelled{};
        co_return value.take();
    }
}

}  // namespace troika
