// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/tasks/move_on_after.hpp>
#include <troika/tasks/work.hpp>

#include <type_traits>
#include <utility>

namespace troika {

/// Runs `work`, a task or a future, for at most `limit`; then cancels it, and waits for it to end.
///
/// Returns: its value; that which it gave in answer to the cancellation, if it did. With a `limit`
/// of zero or less a task never starts, and a future gives its result if it is done.
/// Throws: timeout_error when it ran out of time; what `work` threw.
template <impl::work Work>
task<typename Work::value_type> wait_for(Work work, duration limit) {
    auto value = co_await move_on_after(limit, std::move(work));
    if (!value) impl::throw_timeout("wait_for", limit);
    if constexpr (!std::is_void_v<typename Work::value_type>)
        co_return static_cast<typename Work::value_type>(std::move(*value));
}

}  // namespace troika
