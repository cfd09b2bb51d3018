// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/timer.hpp>

#include <coroutine>
#include <string>

namespace troika {

/// What sleep() and sleep_until() give: an awaiter.
class [[nodiscard("a sleep does nothing until it is awaited")]] sleep_operation final
    : public timer {
public:
    explicit sleep_operation(time_point deadline) noexcept : timer(deadline) {}
    sleep_operation(sleep_operation&&) noexcept = default;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }
    void await_resume() const {
        if (aborted()) throw cancelled{};
    }
    [[nodiscard]] std::string label() const override { return "sleep"; }

private:
    void start(task_node& node, std::coroutine_handle<> frame) noexcept {
        park(node, frame);
        node.home().arm(*this);
    }
    abort_answer abort() noexcept override {
        // One that has rung already has woken the task.
        return waiter().home().disarm(*this) ? abort_answer::woken : abort_answer::pending;
    }
    void expire() noexcept override { wake(); }
};

/// Suspends the task for at least `length`, while others run; zero or less gives the turn to the
/// others once. Cancel: at once.
[[nodiscard]] inline sleep_operation sleep(duration length) noexcept {
    return sleep_operation{deadline_after(current_task().home().now(), length)};
}

/// Suspends the task until `deadline`. Cancel: at once.
[[nodiscard]] inline sleep_operation sleep_until(time_point deadline) noexcept {
    return sleep_operation{deadline};
}

}  // namespace troika
