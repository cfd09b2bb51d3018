// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/tasks/with_cancel_scope.hpp>
#include <troika/tasks/work.hpp>

#include <type_traits>
#include <utility>

namespace troika {

/// Runs `function(scope)` for at most `limit`; it may move the deadline of its scope.
///
/// `function` is a coroutine, usually a lambda; it is kept alive, so it may capture. With a `limit`
/// of zero or less it never starts.
/// Returns: its value. Throws: timeout_error when its scope was cancelled and that ended it; what
/// it threw. A cancellation from outside stays one.
template <impl::body<cancel_scope&> F>
task<impl::body_value<F, cancel_scope&>> with_timeout(duration limit, F function) {
    using T = impl::body_value<F, cancel_scope&>;
    cancel_scope scope({.deadline = impl::deadline_in(limit)});
    try {
        if constexpr (std::is_void_v<T>) {
            co_await function(scope);
            co_return;
        } else {
            co_return co_await function(scope);
        }
    } catch (const cancelled&) {
        scope.leave();
        if (!scope.caught()) throw;
    }
    impl::throw_timeout("with_timeout", limit);
}

}  // namespace troika
