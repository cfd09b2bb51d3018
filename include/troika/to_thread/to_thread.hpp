// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/io/detour.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/work.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

/// Hands a call to the threads of the current loop. Throws: std::system_error.
void submit_blocking(pool_job& call);

/// Waits for work that cannot be stopped once it has begun. Throws: nothing of what it gives.
task<void> wait_for_end(future_core& call);

template <class T, class F>
task<T> call_blocking(F function) {
    co_await io::on_loop();
    auto* const call = new pool_call<T, F>(std::move(function));
    future<T> answer = future_access::adopt<T>(call);
    submit_blocking(*call);
    co_await wait_for_end(future_access::core(answer));
    co_return std::move(answer).get();
}

}  // namespace impl

/// Calls `function(arguments...)`, which may block, on a thread of its own, while other tasks run.
///
/// For calls that sleep in the kernel or in a foreign library. The threads are those of the task's
/// loop and started as they are needed, at most 32; other calls wait in their order, and neither
/// computing (a thread_pool) nor files and names (which have helpers of their own) ever wait for
/// them. Context variables go along.
/// Returns: what it returns. Throws: what it throws; std::system_error when no thread can be had.
/// Cancel: if it has not begun, it never does; else its end is awaited, and its result delivered,
/// as a thread cannot be stopped. Thread: a task's, of a loop or of a pool.
template <class F, class... Arguments>
    requires std::invocable<std::decay_t<F>, std::decay_t<Arguments>...>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto to_thread(F&& function, Arguments&&... arguments) {
    using T = std::invoke_result_t<std::decay_t<F>, std::decay_t<Arguments>...>;
    auto call = [f = std::decay_t<F>(std::forward<F>(function)),
                 ... each = std::decay_t<Arguments>(std::forward<Arguments>(arguments))]() mutable
        -> T { return std::invoke(std::move(f), std::move(each)...); };
    return impl::call_blocking<T, decltype(call)>(std::move(call));
}

}  // namespace troika
