// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/context_var.hpp>
#include <troika/pool/pool_worker.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

namespace troika::impl {

/// A function that another worker may call, while the one that offers it waits for its end. It sees
/// the context variables of the one that offers it; its thread runs no task meanwhile.
template <class F>
class invoked_branch final : public pool_branch {
public:
    explicit invoked_branch(F& function) noexcept
        : function_(function), context_(context_binding::current()) {
        if (context_ != nullptr) [[unlikely]]
            context_binding::retain(context_);
    }
    ~invoked_branch() {
        if (context_ != nullptr) [[unlikely]]
            context_binding::release(context_);
    }

    /// Requires: it was taken. Thread: that which offered it.
    void wait() noexcept { pool_worker::wait_for(ended_, by_); }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

private:
    void run_taken() noexcept override {
        by_.store(pool_worker::current(), std::memory_order_release);
        // What it sets is its own, whatever waits below it on this thread.
        task_node* const task = std::exchange(current_thread.task, nullptr);
        context_binding* const before =
            std::exchange(current_thread.context, std::exchange(context_, nullptr));
        try {
            function_();
        } catch (...) {
            error_ = std::current_exception();
        }
        context_binding::release(std::exchange(current_thread.context, before));
        current_thread.task = task;
        pool_worker::say_ended(ended_);
    }

    F& function_;
    context_binding* context_;
    std::exception_ptr error_;
    std::atomic<std::uint32_t> ended_{0};
    std::atomic<pool_worker*> by_{nullptr};
};

/// Calls both, the second perhaps on another worker, and returns when both have ended.
///
/// Throws: what the first threw, else what the second threw; where the first has thrown, the second
/// is not called any more if it has not begun. Thread: one of a pool; where it is no worker, both
/// are called here.
template <class F, class G>
void fork_two(F&& first, G&& second) {
    pool_worker* const here = pool_worker::current();
    invoked_branch<std::remove_reference_t<G>> branch(second);
    const bool offered = here != nullptr && here->offer(branch);
    std::exception_ptr error;
    try {
        first();
    } catch (...) {
        error = std::current_exception();
    }
    // Another one than before, or none, where the first has blocked.
    pool_worker* const now = pool_worker::current();
    if (!offered || (now != nullptr && now->take_back(branch))) {
        if (!error) second();
    } else {
        branch.wait();
        if (!error) error = branch.error();
    }
    if (error) std::rethrow_exception(error);
}

}  // namespace troika::impl
