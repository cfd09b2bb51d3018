// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>

#include <concepts>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

/// How an executor is shut down.
struct shutdown_options {
    bool wait = true;              ///< return only when nothing runs any more
    bool cancel_pending = false;   ///< cancel what has not started
};

/// An engine that runs functions and gives futures of their results: inline, on threads, in
/// processes,
/// on other machines.
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
            std::invoke(std::forward<F>(function));
            owed.set_value();
        } else {
            owed.set_value(std::invoke(std::forward<F>(function)));
        }
    } catch (...) {
        owed.set_exception(std::current_exception());
    }
}

}  // namespace impl

/// The executor that runs each function at once, on the thread that submits it.
///
/// For tests, for small inputs, and as the simplest model of the concept.
/// Thread: any one at a time.
class inline_executor {
public:
    /// Runs `function(arguments...)` now. Returns: a future that is done.
    template <class F, class... Arguments>
        requires std::invocable<F, Arguments...>
    auto submit(F&& function, Arguments&&... arguments)
        -> future<std::invoke_result_t<F, Arguments...>> {
        require_open();
        promise<std::invoke_result_t<F, Arguments...>> owed;
        auto answer = owed.get_future();
        impl::keep(owed, [&]() -> decltype(auto) {
            return std::invoke(std::forward<F>(function), std::forward<Arguments>(arguments)...);
        });
        return answer;
    }

    /// `function` of each element of `inputs`, in order, computed when the iteration asks for it.
    /// Lifetime: `inputs` is kept by reference when it is an lvalue.
    template <std::ranges::viewable_range R, class F>
        requires std::invocable<F&, std::ranges::range_reference_t<R>>
    auto map(F function, R&& inputs) {
        require_open();
        return std::views::transform(std::forward<R>(inputs), std::move(function));
    }

    /// Refuses work from now on; there is never anything to wait for or to cancel.
    void shutdown(shutdown_options = {}) noexcept { open_ = false; }

private:
    void require_open() const {
        if (!open_) throw std::runtime_error("submit to an executor after its shutdown()");
    }
    bool open_ = true;
};

static_assert(executor<inline_executor>);

}  // namespace troika
