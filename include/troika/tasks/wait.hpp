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

/// Whether wait() need not wait for more once `done` is.
template <class T>
bool ends_wait(const future<T>& done, until what) noexcept {
    if (what == until::first_completed) return true;
    if (what == until::all_completed) return false;
    const std::exception_ptr error = error_of(done);
    return error && !is_cancelled(error);
}

template <class T>
task<void> wait_until(const std::vector<future<T>>& futures, until what) {
    const std::vector<future_core*> cores = cores_of(futures);
    completion_queue completed(cores);
    while (completed.left() > 0) {
        co_await completed.next();
        while (const auto index = completed.take())
            if (ends_wait(futures[*index], what)) co_return;
    }
}

template <class T>
void block_until(const std::vector<future<T>>& futures, until what, time_point deadline) {
    const std::vector<future_core*> cores = cores_of(futures);
    completion_queue completed(cores);
    for (;;) {
        while (const auto index = completed.take())
            if (ends_wait(futures[*index], what)) return;
        if (completed.left() == 0) return;
        const blocking_section here;
        if (!completed.block(deadline)) return;
    }
}

/// Throws: std::invalid_argument when there are none.
template <future_range R>
std::vector<future<range_result<R>>> futures_to_wait_for(R range) {
    auto futures = take_all(std::move(range));
    if (futures.empty()) throw std::invalid_argument("wait: there is nothing to wait for");
    drop_duplicates(futures);
    return futures;
}

template <class T>
waited<T> divide(std::vector<future<T>> futures) {
    waited<T> found;
    for (auto& each : futures)
        (each.done() ? found.done : found.pending).push_back(std::move(each));
    return found;
}

}  // namespace impl

/// Waits for some of a range of futures; it never cancels them, and running out of time is no
/// error. For tasks; a plain thread calls wait_blocking().
///
/// Returns: all that are done by now, not only the one that ended the wait, and the pending ones;
/// of futures that look at the same result only the first. Throws: std::invalid_argument when the
/// range is empty; nothing of what the work threw.
/// Cancel: ends the wait; the work goes on.
template <impl::future_range R>
task<waited<impl::range_result<R>>> wait(R range, until what = until::all_completed,
                                         duration timeout = duration::max()) {
    auto futures = impl::futures_to_wait_for(std::move(range));
    {
        cancel_scope scope({.deadline = impl::deadline_in(timeout)});
        try {
            co_await impl::wait_until(futures, what);
        } catch (const cancelled&) {
            scope.leave();
            if (!scope.caught()) throw;
        }
    }
    co_return impl::divide(std::move(futures));
}

/// The same for a plain thread, which it blocks; on a worker of a pool another takes over.
/// Throws: as wait(); std::logic_error on a thread that runs an event loop and would wait for
/// itself.
template <impl::future_range R>
waited<impl::range_result<R>> wait_blocking(R range, until what = until::all_completed,
                                            duration timeout = duration::max()) {
    auto futures = impl::futures_to_wait_for(std::move(range));
    impl::block_until(futures, what, impl::deadline_here(timeout));
    return impl::divide(std::move(futures));
}

}  // namespace troika
