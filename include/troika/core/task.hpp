// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/future.hpp>
#include <troika/core/promise_base.hpp>

#include <coroutine>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

template <class T>
class task_promise;
struct task_access;

/// The last await of a coroutine: gives the turn to the one who awaits it, so that a million nested
/// tasks need one stack frame; the root of a task leaves its result in the node.
struct final_awaiter {
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
        P& ended = self.promise();
        if (!ended.has_hook()) [[likely]]
            return ended.awaiter();
        if (continuation_hook* const next = ended.hook())
            return next->coroutine_ended(self, ended, ended.ended().has_error());
        ended.end_task(self);
        return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
};

template <class T>
class task_promise_common : public promise_base {
public:
    final_awaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { outcome_.fail(std::current_exception()); }
    void end_task(std::coroutine_handle<> self) noexcept {
        static_cast<task_state<T>&>(node()).end(self, outcome_);
    }
    static void refuse(promise_base& root) noexcept {
        auto& self = static_cast<task_promise<T>&>(root);
        self.outcome_.fail(make_cancelled());
        self.end_task(std::coroutine_handle<task_promise<T>>::from_promise(self));
    }
    [[nodiscard]] outcome<T>& ended() noexcept { return outcome_; }

protected:
    using promise_base::promise_base;
    ~task_promise_common() = default;
    outcome<T> outcome_;
};

template <class T>
class task_promise final : public task_promise_common<T> {
public:
    explicit task_promise(std::source_location where = std::source_location::current()) noexcept
        : task_promise_common<T>(where) {}
    task<T> get_return_object() noexcept;

    // A number is converted where it is returned, where the compiler sees that `co_return 0` fits.
    template <class U>
        requires(std::constructible_from<T, U &&> && !std::is_scalar_v<T>)
    void return_value(U&& value) {
        this->outcome_.emplace(std::forward<U>(value));
    }
    void return_value(T value)
        requires(!std::is_reference_v<T>)
    {
        this->outcome_.emplace(std::move(value));
    }
};

template <>
class task_promise<void> final : public task_promise_common<void> {
public:
    explicit task_promise(std::source_location where = std::source_location::current()) noexcept
        : task_promise_common<void>(where) {}
    task<void> get_return_object() noexcept;
    void return_void() noexcept { outcome_.emplace(); }
};

/// Runs a coroutine inside the task that awaits it.
template <class T>
class task_awaiter {
public:
    using handle = std::coroutine_handle<task_promise<T>>;
    explicit task_awaiter(handle child) noexcept : child_(child) {}

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<promise_base> P>
    handle await_suspend(std::coroutine_handle<P> parent) noexcept {
        child_.promise().begin_under(parent.promise().node(), parent);
        return child_;
    }
    T await_resume() { return child_.promise().ended().take(); }
    result<std::remove_cvref_t<T>> await_resume_result() {
        return to_result(child_.promise().ended());
    }

private:
    handle child_;
};

}  // namespace impl

/// A computation that starts when it is awaited, or handed to a group, run() or an executor, and
/// yields one `T`.
///
/// Lazy, and consumed once, as an rvalue: `co_await f()`. Awaited, it runs inside the task that
/// awaits it, on the same thread; a discarded one is a compiler warning, and in debug builds a
/// report that names the coroutine and its line. Its parameters live until it has ended: take them
/// by value.
/// Lifetime: owns its coroutine frame.
template <class T = void>
class [[nodiscard("a task does nothing until it is awaited")]]
#if defined(__clang__)
[[clang::coro_return_type, clang::coro_lifetimebound]]
#endif
task {
public:
    using promise_type = impl::task_promise<T>;
    using value_type = T;

    task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~task() { drop(); }

    /// False once it was moved from.
    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(frame_); }

    /// Runs it to its end. Returns: its value. Throws: what it threw.
    auto operator co_await() && noexcept {
        check(static_cast<bool>(frame_), "a task is awaited once");
        return impl::task_awaiter<T>{frame_};
    }

    /// Says that it is dropped on purpose, so that it is not reported as never awaited.
    void abandon() noexcept {
        if (!frame_) return;
        const impl::dropping_on_purpose quiet;   // so are the tasks among its parameters
        std::exchange(frame_, nullptr).destroy();
    }

private:
    friend promise_type;
    friend class task_owner;
    friend struct impl::task_access;
    using handle = std::coroutine_handle<promise_type>;

    explicit task(handle frame) noexcept : frame_(frame) {}
    handle release() noexcept { return std::exchange(frame_, nullptr); }

    void drop() noexcept {
        if (!frame_) return;
        if (!frame_.done()) [[unlikely]]
            impl::report_never_awaited(frame_.promise().where());
        frame_.destroy();
    }

    handle frame_;
};

template <class T>
task<T> impl::task_promise<T>::get_return_object() noexcept {
    return task<T>{std::coroutine_handle<task_promise>::from_promise(*this)};
}
inline task<void> impl::task_promise<void>::get_return_object() noexcept {
    return task<void>{std::coroutine_handle<task_promise>::from_promise(*this)};
}

namespace impl {
/// For combinators: the coroutine of a task, which stays its owner.
struct task_access {
    template <class T>
    static std::coroutine_handle<task_promise<T>> frame(const task<T>& of) noexcept {
        return of.frame_;
    }
    /// From here on it is the caller's.
    template <class T>
    static std::coroutine_handle<task_promise<T>> release(task<T>& of) noexcept {
        return of.release();
    }
};

template <class T>
inline constexpr bool is_task_v = false;
template <class T>
inline constexpr bool is_task_v<task<T>> = true;
template <class T>
inline constexpr bool is_future_v = false;
template <class T>
inline constexpr bool is_future_v<future<T>> = true;
}  // namespace impl

}  // namespace troika
