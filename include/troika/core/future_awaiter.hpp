// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>
#include <troika/core/remote_suspension.hpp>

#include <string>

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

/// The untyped part of awaiting a future: parks until it is done.
class future_wait : public remote_suspension, private future_waiter {
public:
    explicit future_wait(future_core& core) noexcept : core_(&core) {}

    [[nodiscard]] bool await_ready() const noexcept { return core_->done(); }

    /// Returns: false when it is done after all.
    bool suspend(task_node& node, std::coroutine_handle<> frame) noexcept {
        park(node, frame);
        if (core_->add_waiter(*this)) return true;
        unpark();
        return false;
    }

    [[nodiscard]] std::string label() const override;

protected:
    future_wait(future_wait&&) noexcept = default;
    ~future_wait() = default;

    void throw_if_aborted() const {
        if (aborted()) throw cancelled{};
    }

private:
    abort_answer abort() noexcept override {
        return core_->remove_waiter(*this) ? abort_answer::woken : abort_answer::pending;
    }
    void future_done() noexcept override { wake_from_anywhere(); }

    future_core* core_;
};

/// co_await of a future: of an rvalue it owns the future and moves the result out; of an lvalue it
/// reads the result in place, and the future stays put until the await ends.
template <class T, bool Moves>
class future_awaiter final : public future_wait {
public:
    explicit future_awaiter(std::conditional_t<Moves, future<T>, const future<T>&> of) noexcept
        : future_wait(of.core()), of_(static_cast<decltype(of_)>(of)) {}
    future_awaiter(future_awaiter&&) noexcept = default;

    template <std::derived_from<promise_base> P>
    bool await_suspend(std::coroutine_handle<P> frame) noexcept {
        return suspend(frame.promise().node(), frame);
    }
    decltype(auto) await_resume() {
        throw_if_aborted();
        if constexpr (Moves)
            return of_.take();
        else
            return of_.read();
    }

private:
    std::conditional_t<Moves, future<T>&&, const future<T>&> of_;
};

}  // namespace troika::impl
