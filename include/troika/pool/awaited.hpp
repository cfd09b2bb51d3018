// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancel_scope.hpp>
#include <troika/core/task.hpp>
#include <troika/pool/computation.hpp>
#include <troika/pool/pool_worker.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/work.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace troika {

/// A thread pool, as the place of a parallel algorithm that a task awaits. See awaited().
class awaited_pool {
public:
    explicit awaited_pool(thread_pool& pool) noexcept : pool_(&pool) {}
    [[nodiscard]] thread_pool& pool() const noexcept { return *pool_; }

private:
    thread_pool* pool_;
};

/// Makes a parallel algorithm a task: `co_await parallel_for(awaited(threads), 0L, n, f)`, where
/// `parallel_for(threads, 0L, n, f)` would block the thread.
///
/// For tasks, on a loop or on a pool. What is given as an lvalue is used where it is, and lives
/// until the await ends; what is given as an rvalue is kept.
/// Cancel: what has not begun does not; what runs is waited for, as it uses the caller's data.
[[nodiscard]] inline awaited_pool awaited(thread_pool& pool) noexcept { return awaited_pool(pool); }

namespace impl {

/// Where a parallel algorithm is done: a thread_pool, for which the thread waits, or awaited().
template <class W>
concept parallel_place =
    std::same_as<W, thread_pool&> || std::same_as<std::remove_cvref_t<W>, awaited_pool>;

/// What a parallel algorithm was given: a reference to an lvalue, or a value of its own.
template <class T>
struct held {
    T value;
};

template <class Body>
using body_result = std::invoke_result_t<Body&, computation&>;

/// Blocks until a worker has made the call, and does not make it here: this thread may belong to
/// another pool, or have lost its place in this one, and then nobody would take part.
void wait_for_worker(future_core& call) noexcept;

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
    wait_for_worker(future_access::core(done));
    done.get();
}

/// Calls `body(computation&)` on a worker of `pool`, and blocks this thread until it has ended.
/// Returns and throws: what it does.
template <class Body>
body_result<Body> compute(thread_pool& pool, Body body) {
    using R = body_result<Body>;
    computation all(current_thread.task);
    if constexpr (std::is_void_v<R>) {
        call_on_worker(pool, [&] { body(all); });
    } else {
        std::optional<R> made;
        call_on_worker(pool, [&] { made.emplace(body(all)); });
        return std::move(*made);
    }
}

/// The same for a task, which suspends.
template <class Body>
task<body_result<Body>> compute(awaited_pool where, Body body) {
    computation all(nullptr);
    future<body_result<Body>> done = where.pool().submit([&body, &all] { return body(all); });
    future_core& core = future_access::core(done);
    bool stopped = false;
    try {
        co_await until_done(core);
    } catch (const cancelled&) {
        stopped = true;
    }
    if (stopped) {
        all.stop();
        done.cancel();
        const cancel_scope shield({.shielded = true});
        co_await until_done(core);
    }
    co_return std::move(done).get();
}

}  // namespace impl

}  // namespace troika
