// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/core/task_owner.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// What the functions of this folder are built from. They take work as a task, which is theirs from
// then on, or as a future, whose work is somebody else's. Where they cancel, a task ends; a future
// is asked (future::cancel()), and waited for only if it is a task's, because a thread cannot be
// stopped. The result of a future is copied when others may still look at it, else moved out.

namespace troika::impl {

/// A task, which is handed over, or a future.
template <class W>
concept work = is_task_v<W> || is_future_v<W>;

/// What a function that is given a body accepts: it makes a task of the arguments.
template <class F, class... Arguments>
concept body = std::invocable<F&, Arguments...> &&
               is_task_v<std::invoke_result_t<F&, Arguments...>>;
template <class F, class... Arguments>
using body_value = typename std::invoke_result_t<F&, Arguments...>::value_type;

/// A result inside a container: void is std::monostate, a reference a reference_wrapper.
template <class T>
struct kept {
    using type = T;
};
template <>
struct kept<void> {
    using type = std::monostate;
};
template <class T>
struct kept<T&> {
    using type = std::reference_wrapper<T>;
};
template <class T>
using kept_t = typename kept<T>::type;

/// Moves the result out of a future that is done. Throws: what the work threw.
template <class T>
kept_t<T> take_kept(future<T>& of) {
    if constexpr (std::is_void_v<T>) {
        std::move(of).get();
        return {};
    } else {
        return kept_t<T>(std::move(of).get());
    }
}

/// The result of a future that is done. Throws: what the work threw.
template <class T>
T take_result(future<T>& of) {
    if constexpr (std::is_object_v<T> && std::copy_constructible<T>)
        if (!future_access::core(of).unshared()) return std::as_const(of).get();
    return std::move(of).get();
}

/// What the work of a future that is done threw, or null. Does not count as having looked.
template <class T>
std::exception_ptr error_of(const future<T>& of) noexcept {
    const outcome<T>& ended = outcome_of<T>(future_access::core(of));
    return ended.has_error() ? ended.error() : std::exception_ptr{};
}
template <class T>
bool ended_cancelled(const future<T>& of) noexcept {
    return is_cancelled(error_of(of));
}

/// Waits until a future is done, whatever it gives. Cancel: ends the wait.
class until_done {
public:
    explicit until_done(future_core& core) noexcept : core_(core), wait_(core) {}
    [[nodiscard]] bool await_ready() const noexcept { return core_.done(); }
    template <std::derived_from<promise_base> P>
    bool await_suspend(std::coroutine_handle<P> frame) noexcept {
        return wait_.suspend(frame.promise().node(), frame);
    }
    void await_resume() const { wait_.throw_if_aborted(); }

private:
    future_core& core_;
    future_wait wait_;
};

/// How waiting for a future ended.
enum class settled : unsigned char {
    in_time,
    late,      ///< at the deadline: its work was asked to stop
    stopped,   ///< by a scope outside: likewise
};

/// Waits until `core` is done. When the wait is ended before, by the deadline or from outside, asks
/// the work to stop, and waits for that if it is a task's. Never throws `cancelled` once it runs.
task<settled> settle(future_core& core, time_point deadline);

/// Asks the work of a future to stop if whoever followed it goes before it is done.
template <class T>
class follower {
public:
    explicit follower(future<T> of) noexcept : of_(std::move(of)) {}
    follower(follower&&) noexcept = default;
    ~follower() {
        if (of_.valid() && !of_.done()) of_.cancel();
    }
    future<T>& operator*() noexcept { return of_; }

private:
    future<T> of_;
};

/// A task that gives the result of a future.
template <class T>
task<T> follow(follower<T> work) {
    const settled how = co_await settle(future_access::core(*work), never);
    if (how != settled::in_time && (!(*work).done() || ended_cancelled(*work))) throw cancelled{};
    co_return take_result(*work);
}

template <class T>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
task<T> to_task(task<T>&& given) {
    return std::move(given);
}
template <class T>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
task<T> to_task(future<T>&& given) {
    return follow(follower<T>(std::move(given)));
}

/// What iterating over an `R` of one's own gives: the elements of a container may be taken away.
template <class R>
using element_of = std::conditional_t<std::ranges::view<R>, std::ranges::range_reference_t<R>,
                                      std::ranges::range_rvalue_reference_t<R>>;
template <class R>
using work_of = std::remove_cvref_t<element_of<R>>;
template <class R>
using range_result = typename work_of<R>::value_type;

/// A container or view of futures; of tasks, if they can be taken.
template <class R>
concept future_range = std::ranges::input_range<R> && is_future_v<work_of<R>>;
template <class R>
concept task_range = std::ranges::input_range<R> && is_task_v<work_of<R>> &&
                     !std::is_lvalue_reference_v<element_of<R>>;
template <class R>
concept work_range = future_range<R> || task_range<R>;

/// One element of an `R`, as a task.
template <work_range R, class Element>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
task<range_result<R>> take_task(Element& each) {
    return to_task(work_of<R>(static_cast<element_of<R>&&>(each)));
}

/// The elements of `from`, taken.
template <work_range R>
std::vector<work_of<R>> take_all(R&& from) {
    if constexpr (std::is_same_v<std::vector<work_of<R>>, R>) {
        return std::move(from);
    } else {
        std::vector<work_of<R>> all;
        if constexpr (std::ranges::sized_range<R>) all.reserve(std::ranges::size(from));
        for (auto&& each : from) all.push_back(static_cast<element_of<R>&&>(each));
        return all;
    }
}

/// Throws: timeout_error, saying what was not done within `limit`.
[[noreturn]] void throw_timeout(const char* operation, duration limit);

/// The deadline that is `limit` from now, as the current task's home measures time.
time_point deadline_in(duration limit) noexcept;

}  // namespace troika::impl
