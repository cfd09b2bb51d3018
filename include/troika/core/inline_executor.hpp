// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/core/executor.hpp>

#include <concepts>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace troika {

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
    /// Nothing is computed ahead, whatever `how` allows. Throws, when a result is asked for:
    /// timeout_error once the time is up; what the function throws.
    /// Lifetime: `inputs` is kept by reference when it is an lvalue.
    template <std::ranges::viewable_range R, class F>
    requires std::invocable<F&, std::ranges::range_reference_t<R>>
    auto map(F function, R&& inputs, map_options how = {}) {
        require_open();
        return std::views::transform(
            std::forward<R>(inputs),
            in_time<F>{std::move(function), impl::deadline_here(how.timeout)});
    }

    /// Refuses work from now on; there is never anything to wait for or to cancel.
    void shutdown(shutdown_options = {}) noexcept { open_ = false; }

private:
    /// A function that is not called any more once its time is up.
    template <class F>
    struct in_time {
        template <class T>
        decltype(auto) operator()(T&& element) {
            if (deadline != never && impl::deadline_here(duration::zero()) >= deadline)
                throw timeout_error("map: not done in time");
            return std::invoke(function, std::forward<T>(element));
        }
        F function;
        time_point deadline;
    };

    void require_open() const {
        if (!open_) throw std::runtime_error("submit to an executor after its shutdown()");
    }
    bool open_ = true;
};

static_assert(executor<inline_executor>);

}  // namespace troika
