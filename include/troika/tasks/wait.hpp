// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/completion_queue.hpp>
#include <troika/tasks/work.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace troika {

/// What wait() waits for.
enum class until : std::uint8_t {
    first_completed,   ///< one is done, whatever it gives
    first_failure,     ///< one has failed (a cancelled one has not), or all are done
    all_completed,
};

/// What wait() found, each in the order of the range.
template <class T>
struct waited {
    std::vector<future<T>> done;
    std::vector<future<T>> pending;
};

namespace impl {

template <class T>
std::vector<future_core*> cores_of(const std::vector<future<T>>& futures) {
    std::vector<future_core*> cores;
    cores.reserve(futures.size());
    for (const future<T>& each : futures) cores.push_back(&future_access::core(each));
    return cores;
}

/// The places at which a core stands that stood at an earlier place already.
std::vector<std::size_t> repeated(const std::vector<future_core*>& cores);

/// Leaves only the first of futures that look at the same result.
template <class T>
void drop_duplicates(std::vector<future<T>>& futures) {
    for (const std::size_t place : repeated(cores_of(futures))) futures[place] = {};
    std::erase_if(futures, [](const future<T>& each) { return !each.valid(); });
}

template <class T>
task<void> wait_until(const std::vector<future<T>>& futures, until what) {
    const std::vector<future_core*> cores = cores_of(futures);
    completion_queue completed(cores);
    while (completed.left() > 0) {
        co_await completed.next();
        while (const auto index = completed.take()) {
            if (what == until::first_completed) co_return;
            if (what != until::first_failure) continue;
            const std::exception_ptr error = error_of(futures[*index]);
            if (error && !is_cancelled(error)) co_return;
        }
    }
}

}  // namespace impl

/// Waits for some of a range of futures; it never cancels them, and running out of time is no
/// error.
///
/// Returns: all that are done by now, not only the one that ended the wait, and the pending ones;
/// of futures that look at the same result only the first. Throws: std::invalid_argument when the
/// range is empty; nothing of what the work threw.
/// Cancel: ends the wait; the work goes on.
template <impl::future_range R>
task<waited<impl::range_result<R>>> wait(R range, until what = until::all_completed,
                                         duration timeout = duration::max()) {
    auto futures = impl::take_all(std::move(range));
    if (futures.empty()) throw std::invalid_argument("wait: there is nothing to wait for");
    impl::drop_duplicates(futures);
    {
        cancel_scope scope({.deadline = impl::deadline_in(timeout)});
        try {
            co_await impl::wait_until(futures, what);
        } catch (const cancelled&) {
            scope.leave();
            if (!scope.caught()) throw;
        }
    }
    waited<impl::range_result<R>> found;
    for (auto& each : futures)
        (each.done() ? found.done : found.pending).push_back(std::move(each));
    co_return found;
}

}  // namespace troika
