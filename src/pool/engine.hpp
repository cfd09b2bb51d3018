// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/inspect/traceable.hpp>
#include <troika/pool/eventcount.hpp>
#include <troika/pool/injector.hpp>
#include <troika/pool/pool_item.hpp>
#include <troika/pool/pool_worker.hpp>
#include <troika/pool/thread_pool.hpp>

#include "inspect/trace_request.hpp"
#include "os/thread.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace troika::impl {

class pool_attendant;
class fork_owner;

/// A thread of a pool: serves a worker, or waits until one needs it.
struct pool_thread {
    explicit pool_thread(pool_engine& of) noexcept : engine(of) {}

    pool_engine& engine;
    os::thread handle;
    pool_worker* worker = nullptr;          // which it serves; guarded by the engine's mutex
    std::atomic<std::uint32_t> called{0};   // what it sleeps on as a spare one
};

/// The engine of the second horse: threads that share tasks and jobs, and steal them.
///
/// A thread serves a worker, that is: a deque. Work from outside comes through the injector. Who
/// finds nothing sleeps in the eventcount. Timers, and I/O, are an attendant's affair: a thread
/// with an event loop that is started when it is first needed.
/// Thread: any.
class pool_engine final : public scheduler {
public:
    /// `prepare` is called on each thread before it works; what it throws breaks the pool.
    /// Throws: std::system_error when a thread cannot be started.
    pool_engine(std::size_t workers, std::string name, std::unique_ptr<pool_preparation> prepare);
    /// Requires: ended().
    ~pool_engine();

    /// Takes a job. Requires: require_open().
    void submit(pool_item item) noexcept;
    /// The same for what belongs to work that was accepted.
    void push(pool_item item, bool last) noexcept;

    /// Refuses work from outside from now on.
    void close() noexcept;
    /// Cancels what has not started.
    void cancel_pending() noexcept;
    /// After close(): waits until nothing is left, and ends the threads. Thread: none of its own.
    void end() noexcept;
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Throws: std::runtime_error after close(), but for this pool's own work; broken_pool.
    void require_open() const;

    /// Gives the turn to `node` on this thread.
    void run_task(task_node& node) noexcept {
        run_task_shared(node);
        end_turns();
    }

    // scheduler
    void arm(timer& alarm) noexcept override;
    bool disarm(timer& alarm) noexcept override;
    void post(posted& call) noexcept override;
    [[nodiscard]] time_point now() const noexcept override;
    [[nodiscard]] task_owner& roots() noexcept override;
    [[nodiscard]] scheduler& attendant() override;
    bool block(future_core& awaited, time_point deadline) override;
    void begin_blocking() override;
    void end_blocking() noexcept override {}
    void refresh_branches(task_node& host) noexcept override;

    /// The branches of one fork that other workers have taken hang at `side`.
    void attach(fork_owner& side) noexcept;
    void detach(fork_owner& side) noexcept;

    [[nodiscard]] std::size_t worker_count() const noexcept { return workers_.size(); }
    [[nodiscard]] const pool_worker& worker(std::size_t index) const noexcept {
        return *workers_[index];
    }
    /// What no worker has taken yet.
    [[nodiscard]] std::size_t injected() const noexcept {
        return injected_count_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint32_t sleeping() const noexcept { return idle_.sleeping(); }
    [[nodiscard]] std::uint32_t searching() const noexcept { return idle_.searching(); }

private:
    friend class pool_worker;
    class root_tasks;

    void schedule_shared(task_node& node, bool last) noexcept override;
    static void thread_main(void* argument) noexcept;
    void prepare_thread() noexcept;
    [[nodiscard]] std::exception_ptr why_broken() const noexcept;
    void break_down(std::exception_ptr reason) noexcept;
    void refuse_all(const std::exception_ptr& reason) noexcept;
    void refuse_late() noexcept;
    /// Has a spare thread, or a new one, serve `worker`. Throws: std::system_error.
    void find_thread_for(pool_worker& worker);
    /// Returns: false when the pool has ended.
    [[nodiscard]] bool wait_for_call(pool_thread& thread) noexcept;
    void finish_if_idle() noexcept;

    void inject(pool_item item) noexcept {
        injected_count_.fetch_add(1, std::memory_order_relaxed);
        injected_.push(item.bits);
    }
    template <class F>
    std::size_t take_injected(std::size_t count_max, F&& each) noexcept {
        const std::size_t count = injected_.take(count_max, std::forward<F>(each));
        if (count != 0) injected_count_.fetch_sub(count, std::memory_order_relaxed);
        return count;
    }

    const std::string name_;
    const std::unique_ptr<pool_preparation> prepare_;
    std::vector<std::unique_ptr<pool_worker>> workers_;
    std::unique_ptr<root_tasks> roots_;
    eventcount<> idle_;
    injector<std::uintptr_t, pool_links> injected_;
    std::atomic<std::uint64_t> injected_count_{0};
    std::atomic<bool> closed_{false};
    std::atomic<bool> finished_{false};        // nothing is left, and nothing can come
    std::atomic<bool> broken_{false};
    std::atomic<std::uint32_t> guests_{0};     // threads that run a job without a worker
    std::atomic<std::uint32_t> wakers_{0};     // other threads that are making a task ready
    bool ended_ = false;
    traceable traced_{*this};
    const trace_wish wish_;

    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<pool_thread>> threads_;   // guarded by mutex_, as what follows
    std::vector<pool_thread*> spares_;
    std::exception_ptr reason_;                           // why it is broken
    std::unique_ptr<pool_attendant> attendant_;
    std::atomic<pool_attendant*> attending_{nullptr};     // the same, for who only uses it

    spin_lock sides_lock_;
    fork_owner* sides_ = nullptr;                         // guarded by sides_lock_
};

}  // namespace troika::impl
