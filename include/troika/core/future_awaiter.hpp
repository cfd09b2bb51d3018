// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>
#include <troika/core/remote_suspension.hpp>

#include <new>
#include <string>
#include <type_traits>

namespace troika::impl {

/// For combinators: futures by their untyped core.
struct future_access {
    template <class T>
    static future_core& core(const future<T>& of) noexcept {
        return of.core();
    }
    template <class T>
    static future<T> adopt(future_core* core) noexcept {
        return future<T>{core};
    }
};

/// Parks a task until a future is done.
class future_wait final : public remote_suspension, private future_waiter {
public:
    explicit future_wait(future_core& core) noexcept : core_(core) {}

    /// Returns: false when it is done after all.
    bool suspend(task_node& node, std::coroutine_handle<> frame) noexcept {
        park(node, frame);
        if (core_.add_waiter(*this)) return true;
        unpark();
        return false;
    }
    [[nodiscard]] bool was_aborted() const noexcept { return aborted(); }
    void throw_if_aborted() const {
        if (aborted()) throw cancelled{};
        if (reason_) [[unlikely]]
            std::rethrow_exception(reason_);
    }
    /// Why the wait was broken off, or null.
    [[nodiscard]] const std::exception_ptr& reason() const noexcept { return reason_; }
    [[nodiscard]] std::string label() const override;
    [[nodiscard]] const future_core* awaited_future() const noexcept override { return &core_; }

private:
    friend struct layout;

    abort_answer abort() noexcept override {
        return core_.remove_waiter(*this) ? abort_answer::woken : abort_answer::pending;
    }
    void future_done() noexcept override { wake_from_anywhere(); }
    bool break_off(std::exception_ptr reason) noexcept override {
        if (!core_.remove_waiter(*this)) return false;
        reason_ = std::move(reason);
        return true;
    }

    future_core& core_;
    std::exception_ptr reason_;
};

/// co_await of a future: of an rvalue it moves the result out; of an lvalue it reads the result in
/// place. Lifetime: the future stays put until the await ends.
template <class T, bool Moves>
class future_awaiter {
    using future_reference = std::conditional_t<Moves, future<T>&, const future<T>&>;

public:
    explicit future_awaiter(future_reference of) noexcept : of_(of) {}
    future_awaiter(const future_awaiter& other) noexcept : of_(other.of_) {}
    future_awaiter& operator=(const future_awaiter&) = delete;
    ~future_awaiter() {
        if (suspended_) wait_.~future_wait();
    }

    [[nodiscard]] bool await_ready() const noexcept { return of_.core().done(); }
    template <std::derived_from<promise_base> P>
    bool await_suspend(std::coroutine_handle<P> frame) noexcept {
        // Made only now: most futures are done when they are awaited.
        suspended_ = true;
        ::new (static_cast<void*>(&wait_)) future_wait(of_.core());
        return wait_.suspend(frame.promise().node(), frame);
    }
    decltype(auto) await_resume() {
        if (suspended_) wait_.throw_if_aborted();
        if constexpr (Moves)
            return of_.take();
        else
            return of_.read();
    }

    result<std::remove_cvref_t<T>> await_resume_result() {
        if (suspended_ && wait_.was_aborted()) return std::unexpected(make_cancelled());
        if (suspended_ && wait_.reason()) return std::unexpected(wait_.reason());
        of_.core().mark_retrieved();
        if constexpr (Moves)
            return to_result(outcome_of<T>(of_.core()));
        else
            return to_result(std::as_const(outcome_of<T>(of_.core())));
    }

private:
    future_reference of_;
    bool suspended_ = false;
    union {
        future_wait wait_;
    };
};

}  // namespace troika::impl
