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
        node_ = &frame.promise().node();
        node_->frame_ = frame.address();
        node_->home().schedule(*node_);
    }
    void await_resume() const {
        if (node_->is_cancelled()) throw cancelled{};
    }

private:
    task_node* node_ = nullptr;
};

/// Gives the turn to the tasks that are ready; the current one comes after them.
/// Cancel: throws when its turn comes again.
[[nodiscard]] inline yield_operation yield_now() noexcept { return {}; }

}  // namespace troika
