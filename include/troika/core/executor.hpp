// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/future.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace troika {

/// How an executor is shut down.
struct shutdown_options {
    bool wait = true;              ///< return only when nothing runs any more
    bool cancel_pending = false;   ///< cancel what has not started
};

/// How a function is called with each element of a range.
struct map_options {
    std::size_t chunk = 1;   ///< elements that a worker is given at a time: more for short work
    /// Elements that are given to workers ahead of the one whose result is taken. 0: automatic, for
    /// a pool four chunks for each worker.
    std::size_t buffer_max = 0;
    duration timeout = duration::max();   ///< for all of it, from map() on
    /// false: results come as they are completed, chunk by chunk, instead of in the order of the
    /// inputs.
    bool ordered = true;
};

/// An engine that runs functions and gives futures of their results: inline, on threads, in
/// processes, on other machines.
///
/// `submit` and `map` refuse work after shutdown with std::runtime_error; the destructor waits.
template <class E>
concept executor = requires(E& engine, int (*function)(), int (*of_each)(int), int (&inputs)[1],
                            map_options how, shutdown_options options) {
    { engine.submit(function) } -> std::same_as<future<int>>;
    requires std::ranges::input_range<decltype(engine.map(of_each, inputs))>;
    requires std::ranges::input_range<decltype(engine.map(of_each, inputs, how))>;
    requires std::convertible_to<
        std::ranges::range_reference_t<decltype(engine.map(of_each, inputs))>, int>;
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
