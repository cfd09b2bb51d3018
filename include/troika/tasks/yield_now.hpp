// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task_owner.hpp>

#include <coroutine>

namespace troika {

/// What yield_now() gives: an awaiter.
class [[nodiscard("a yield does nothing until it is awaited")]] yield_operation {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        // The running task and its home are known to the thread: asking the promise, the node and
        // its owner one after the other would be three loads that wait for each other.
        const impl::thread_state& here = impl::current_thread;
        here.task->frame_ = frame.address();
        if (here.home->is_shared()) [[unlikely]]
            here.task->yield_shared();
        else
            here.home->schedule_here(*here.task);
    }
    void await_resume() const {
        if (impl::current_thread.task->is_cancelled()) throw cancelled{};
    }
};

/// Gives the turn to the tasks that are ready; the current one comes after them.
/// Cancel: throws when its turn comes again.
[[nodiscard]] inline yield_operation yield_now() noexcept { return {}; }

}  // namespace troika
