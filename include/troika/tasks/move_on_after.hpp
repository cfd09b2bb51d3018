// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/tasks/work.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

/// A result, or nothing: bool for void.
template <class T>
using maybe = std::conditional_t<std::is_void_v<T>, bool, std::optional<kept_t<T>>>;

}  // namespace impl

/// Runs `work` for at most `limit`; then cancels it, and waits for it to end.
///
/// Returns: its value, or nothing when it ran out of time (bool for void: whether it was done).
/// Work that answers the cancellation with a value has that value. With a `limit` of zero or less
/// it never starts. Throws: what `work` threw.
template <class T>
task<impl::maybe<T>> move_on_after(duration limit, task<T> work) {
    impl::maybe<T> value{};
    if (limit <= duration::zero()) {
        work.abandon();
        co_return value;
    }
    cancel_scope scope({.deadline = impl::deadline_in(limit)});
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            value = true;
        } else {
            value.emplace(co_await std::move(work));
        }
    } catch (const cancelled&) {
        scope.leave();
        if (!scope.caught()) throw;
    }
    co_return value;
}

/// The same for a future, whose work is asked to stop when the time is up; a task's is waited for.
/// A future that is done gives its result whatever `limit` says.
template <class T>
task<impl::maybe<T>> move_on_after(duration limit, future<T> work) {
    impl::maybe<T> value{};
    if (!work.done()) {
        const impl::settled how =
            co_await impl::settle(impl::future_access::core(work), impl::deadline_in(limit));
        if (how != impl::settled::in_time && (!work.done() || impl::ended_cancelled(work))) {
            if (how == impl::settled::stopped) throw cancelled{};
            co_return value;
        }
    }
    if constexpr (std::is_void_v<T>) {
        work.get();
        value = true;
    } else {
        value.emplace(impl::take_result(work));
    }
    co_return value;
}

}  // namespace troika
