// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace troika {

/// How an executor is shut down.
struct shutdown_options {
    bool wait = true;              ///< return only when nothing runs any more
    bool cancel_pending = false;   ///< cancel what has not started
};

/// An engine that runs functions and gives futures of their results: inline, on threads, in
/// processes, on other machines.
///
/// `submit` and `map` refuse work after shutdown with std::runtime_error; the destructor waits.
template <class E>
concept executor = requires(E& engine, int (*function)(), shutdown_options options) {
    { engine.submit(function) } -> std::same_as<future<int>>;
    engine.shutdown(options);
};

namespace impl {

/// Runs `function` and keeps `owed` with what it gives; a call that was cancelled before does not
/// run.
template <class T, class F>
void keep(promise<T>& owed, F&& function) noexcept {
    if (!owed.start()) return;
    try {
        if constexpr (std::is_void_v<T>) {
            std::forward<F>(function)();
            owed.set_value();
        } else {
            owed.set_value(std::forward<F>(function)());
        }
    } catch (...) {
        owed.set_exception(std::current_exception());
    }
}

}  // namespace impl

}  // namespace troika
