// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <string>

namespace troika {

class task_node;

namespace impl {
class future_core;
}

/// What an awaiter answers when the task that it parks is cancelled.
enum class abort_answer : std::uint8_t {
    woken,     ///< the wait is over: the task may run now, and will see `cancelled`
    pending,   ///< the kernel or another thread still holds our memory: wake() will follow
};

/// One place where a task waits.
///
/// Whatever parks a task derives from this and lives in the frame of the coroutine that awaits, so
/// the tree can always name what a task waits for, and cancelling always knows how to end the wait.
/// Nobody destroys a parked frame.
/// Thread: the task's home, unless a member says otherwise.
class suspension {
public:
    /// What is waited for, as a person would say it: `sleep`, `recv 10.0.0.1:443`.
    [[nodiscard]] virtual std::string label() const = 0;

    /// The future that is waited for, if it is that: for who looks for cycles.
    [[nodiscard]] virtual const impl::future_core* awaited_future() const noexcept {
        return nullptr;
    }

    suspension(const suspension&) = delete;
    suspension& operator=(const suspension&) = delete;

protected:
    suspension() noexcept = default;
    // Awaiters move before they are awaited, never while they are parked (g++ 12 moves those that
    // pass through await_transform).
    suspension(suspension&& other) noexcept { check(other.waiter_ == 0, "a parked awaiter moved"); }
    ~suspension() = default;

    /// Parks `waiter`, whose innermost coroutine is `frame`, until wake() or an abort.
    void park(task_node& waiter, std::coroutine_handle<> frame) noexcept;

    /// Takes park() back before the coroutine has suspended: there is nothing to wait for after
    /// all.
    void unpark() noexcept;

    /// Makes the parked task ready. Requires: parked.
    void wake() noexcept;

    /// Whether the wait was ended by an abort that answered `woken`.
    [[nodiscard]] bool aborted() const noexcept { return (waiter_ & aborted_bit) != 0; }

    /// The task parked here. Requires: park() was called.
    [[nodiscard]] task_node& waiter() const noexcept {
        return *reinterpret_cast<task_node*>(waiter_ & ~aborted_bit);
    }

private:
    friend class task_node;
    friend class timer;

    /// Asked at most once for each park(): ends the wait now (`woken`: nobody keeps a pointer to
    /// *this any more) or asks that it end soon (`pending`).
    virtual abort_answer abort() noexcept = 0;

    /// The wait can never end, for `reason`. Returns: false when it is ending already.
    virtual bool break_off(std::exception_ptr /*reason*/) noexcept { return false; }

    static constexpr std::uintptr_t aborted_bit = 1;
    std::uintptr_t waiter_ = 0;   // the node; the lowest bit says aborted
};

}  // namespace troika
