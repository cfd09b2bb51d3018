// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/awaited.hpp>
#include <troika/pool/fork_two.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

template <class F>
void invoke_all(computation& all, F& only) {
    all.run(only);
}
template <class F, class... Rest>
void invoke_all(computation& all, F& first, Rest&... rest) {
    auto others = [&] { invoke_all(all, rest...); };
    fork_two([&] { all.run(first); }, others);
}

}  // namespace impl

/// Calls all functions, in parallel where idle workers take some, and returns when all have ended.
///
/// For parts of a computation that do not depend on each other; functions may call it again. What
/// has not begun when one throws is not called. `where` is a thread_pool, or awaited() of one.
/// Returns: nothing; for awaited() a task<void>.
/// Throws: what the first that failed threw; std::logic_error for a thread_pool on a thread that
/// runs an event loop: there co_await it with awaited().
/// Cancel: what has not begun does not; `cancelled` once the others have ended.
/// Thread: any other; on a worker of the pool it takes part itself.
template <impl::parallel_place Where, std::invocable... Functions>
requires(sizeof...(Functions) > 0)
#if defined(__clang__)
    [[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
    auto parallel_invoke(Where&& where, Functions&&... functions) {
    return impl::compute(where, [kept = std::tuple<Functions...>(std::forward<Functions>(
                                     functions)...)](impl::computation& all) mutable {
        std::apply([&](auto&... each) { impl::invoke_all(all, each...); }, kept);
        all.finish();
    });
}

}  // namespace troika
