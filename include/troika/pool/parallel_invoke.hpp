// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future_wait.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/pool/pool_worker.hpp>
#include <troika/pool/thread_pool.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

/// A function that another worker may call, while the one that offers it waits for its end.
template <class F>
class invoked_branch final : public pool_branch {
public:
    explicit invoked_branch(F& function) noexcept : function_(function) {}

    /// Requires: it was taken. Thread: that which offered it.
    void wait() noexcept { pool_worker::wait_for(ended_, by_); }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

private:
    void run_taken() noexcept override {
        by_.store(pool_worker::current(), std::memory_order_release);
        try {
            function_();
        } catch (...) {
            error_ = std::current_exception();
        }
        pool_worker::say_ended(ended_);
    }

    F& function_;
    std::exception_ptr error_;
    std::atomic<std::uint32_t> ended_{0};
    std::atomic<pool_worker*> by_{nullptr};
};

/// Calls both, the second perhaps on another worker, and returns when both have ended.
///
/// Throws: what the first threw, else what the second threw; where the first has thrown, the second
/// is not called any more if it has not begun. Thread: a worker's.
template <class F, class G>
void fork_two(F&& first, G&& second) {
    pool_worker& here = *pool_worker::current();
    invoked_branch<std::remove_reference_t<G>> branch(second);
    const bool offered = here.offer(branch);
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

/// Calls `function` on a worker of `pool`: here, if this thread is one, else there, and waits.
///
/// Throws: what it throws; std::logic_error on a thread that runs an event loop, which would be
/// stopped.
template <class F>
void call_on_worker(thread_pool& pool, F&& function) {
    if (pool_worker::current_of(pool.home()) != nullptr) {
        function();
        return;
    }
    scheduler* const home = current_thread.home;
    if (home != nullptr && !home->is_shared()) home->begin_blocking();   // throws
    const future<void> done = pool.submit([&function] { function(); });
    wait_whatever_comes(future_access::core(done));
    done.get();
}

template <class F>
void invoke_all(F&& only) {
    only();
}
template <class F, class... Rest>
void invoke_all(F&& first, Rest&&... rest) {
    auto others = [&] { invoke_all(rest...); };
    fork_two(first, others);
}

}  // namespace impl

/// Calls all functions, in parallel where idle workers take some, and returns when all have ended.
///
/// For parts of a computation that do not depend on each other; functions may call it again. What
/// has not begun when one throws is not called.
/// Throws: what the first of them that failed threw; std::logic_error on a thread that runs an
/// event loop: there `co_await threads.submit(...)`.
/// Thread: any other; on a worker of `pool` it takes part itself.
template <std::invocable... Functions>
    requires(sizeof...(Functions) > 0)
void parallel_invoke(thread_pool& pool, Functions&&... functions) {
    impl::call_on_worker(pool, [&] { impl::invoke_all(functions...); });
}

}  // namespace troika
