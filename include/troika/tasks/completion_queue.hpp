// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/remote_suspension.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace troika::impl {

/// Some futures in the order in which they are done, for one task or thread that takes them.
///
/// Lifetime: a future lives until it was taken, or the queue is gone. What the futures point to
/// goes when the last of them has been told or unhooked: nobody is waited for.
/// Thread: the one that takes; the futures complete on any.
class completion_queue {
    struct shared;

public:
    /// Those that are done already come first, in the order of `futures`.
    explicit completion_queue(std::span<future_core* const> futures);
    completion_queue(const completion_queue&) = delete;
    completion_queue& operator=(const completion_queue&) = delete;
    ~completion_queue();

    /// How many were not taken yet.
    [[nodiscard]] std::size_t left() const noexcept { return left_; }

    /// Returns: the place in `futures` of one that is done and was not taken; nothing when there is
    /// none.
    std::optional<std::size_t> take() noexcept;

    /// Blocks this plain thread until take() would give something, or until `deadline` (real time).
    /// Returns: whether it would. Requires: left() > 0.
    bool block(time_point deadline);

    /// Parks the task until take() would give something: an awaiter. Requires: left() > 0.
    class next_operation final : public remote_suspension {
    public:
        explicit next_operation(completion_queue& of) noexcept : of_(of) {}
        [[nodiscard]] bool await_ready() const noexcept;
        template <std::derived_from<promise_base> P>
        bool await_suspend(std::coroutine_handle<P> frame) noexcept {
            return suspend(frame.promise().node(), frame);
        }
        void await_resume() const {
            if (aborted()) throw cancelled{};
        }
        [[nodiscard]] std::string label() const override;

    private:
        friend struct shared;
        bool suspend(task_node& node, std::coroutine_handle<> frame) noexcept;
        abort_answer abort() noexcept override;
        completion_queue& of_;
    };
    [[nodiscard]] next_operation next() noexcept { return next_operation{*this}; }

private:
    shared* shared_;
    std::size_t left_;
};

}  // namespace troika::impl
