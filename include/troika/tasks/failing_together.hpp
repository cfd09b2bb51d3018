// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/work.hpp>

#include <exception>
#include <utility>

namespace troika::impl {

/// Children of which the first that fails ends all: the scope of gather.
class failing_together final : public task_owner {
public:
    failing_together() = default;

    /// The first failure counts, the others are dropped.
    void fail(const std::exception_ptr& error) noexcept {
        if (!is_cancelled()) note(error);
    }
    void rethrow() const {
        if (first_) std::rethrow_exception(first_);
    }

private:
    void child_failed(task_node& child, const std::exception_ptr& error) noexcept override {
        child.mark_retrieved();
        // An error that comes while a cancellation from outside ends the children wins over it.
        note(error);
    }
    // One that nobody here cancelled: its result will never come.
    void child_cancelled(task_node&) noexcept override { fail(make_cancelled()); }

    void note(const std::exception_ptr& error) noexcept {
        {
            const guard here(*this);
            if (first_) return;
            first_ = error;
        }
        cancel();
    }

    std::exception_ptr first_;
};

/// Children that fail each for itself: the scope of gather_settled.
class failing_apart final : public task_owner {
public:
    failing_apart() = default;

    /// Not all could be started: that is then what the whole gives.
    void give_up(std::exception_ptr error) noexcept {
        error_ = std::move(error);
        cancel();
    }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    void child_failed(task_node& child, const std::exception_ptr&) noexcept override {
        child.mark_retrieved();
    }

    std::exception_ptr error_;
};

}  // namespace troika::impl
