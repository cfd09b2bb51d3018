// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/move_on_after.hpp>
#include <troika/tasks/work.hpp>

#include <type_traits>
#include <utility>

namespace troika {

/// Runs `function(scope)` in a scope of its own, which it can cancel, or give a deadline.
///
/// `function` is a coroutine, usually a lambda; it is kept alive, so it may capture.
/// Returns: its value, or nothing when the scope was cancelled and that ended it (bool for void:
/// whether it came to its end). Throws: what it threw.
template <impl::body<cancel_scope&> F>
task<impl::maybe<impl::body_value<F, cancel_scope&>>> with_cancel_scope(F function) {
    using T = impl::body_value<F, cancel_scope&>;
    cancel_scope scope;
    impl::maybe<T> value{};
    try {
        if constexpr (std::is_void_v<T>) {
            co_await function(scope);
            value = true;
        } else {
            value.emplace(co_await function(scope));
        }
    } catch (const cancelled&) {
        scope.leave();
        if (!scope.caught()) throw;
    }
    co_return value;
}

}  // namespace troika
