// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/work.hpp>

#include <utility>

namespace troika {

/// Runs `work`, a task or a future, undisturbed by cancellations from outside: they wait their
/// turn, and the next await after it meets them.
///
/// Returns and throws: as `work`. Cancel: refused on entry if it came before; then not until the
/// end.
template <impl::work Work>
task<typename Work::value_type> shield(Work work) {
    const cancel_scope scope({.shielded = true});
    if constexpr (impl::is_future_v<Work>) {
        co_await impl::until_done(impl::future_access::core(work));
        co_return impl::take_result(work);
    } else {
        co_return co_await std::move(work);
    }
}

}  // namespace troika
