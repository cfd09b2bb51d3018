// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/eventcount.hpp>
#include <troika/pool/pool_item.hpp>
#include <troika/pool/work_deque.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troika::impl {

class pool_engine;
struct pool_thread;

/// One of the places of a pool at which work is done: a deque, and the thread that serves it now.
///
/// Where that thread has to block in the middle of a job, another takes over the place, and the
/// first goes on without one when it can.
/// Thread: that which serves it, apart from what thieves do and statistics.
class pool_worker {
public:
    pool_worker(pool_engine& engine, eventcount<>& idle, std::size_t index) noexcept
        : engine_(engine), idle_(idle), random_(index * 2 + 1), index_(index) {}
    pool_worker(const pool_worker&) = delete;
    pool_worker& operator=(const pool_worker&) = delete;

    /// The worker that this thread is, of any pool; null elsewhere.
    [[nodiscard]] static pool_worker* current() noexcept { return current_thread.worker; }
    /// The same, if it is of the pool that is `home`.
    [[nodiscard]] static pool_worker* current_of(const scheduler& home) noexcept {
        return current_thread.home == &home ? current_thread.worker : nullptr;
    }

    /// Lets thieves take `branch` until take_back(). Returns: false when there is no memory.
    bool offer(pool_branch& branch) noexcept {
        if (!deque_.push(pool_item(branch).bits)) [[unlikely]]
            return false;
        std_atomics::light_barrier();
        if (idle_.seems_needed()) [[unlikely]]
            idle_.notify();
        return true;
    }
    /// Returns: false when a thief has it.
    bool take_back(pool_branch& branch) noexcept { return deque_.pop_if(pool_item(branch).bits); }

    /// Waits for the end of something that another worker runs, which says so by `ended`. Runs what
    /// that worker offers meanwhile, and what was offered here; sleeps where there is none, and
    /// lets another thread have this place where there is other work.
    static void wait_for(std::atomic<std::uint32_t>& ended,
                         const std::atomic<pool_worker*>& by) noexcept;
    /// The other side of wait_for(). What `ended` belongs to may be gone when this returns.
    static void say_ended(std::atomic<std::uint32_t>& ended) noexcept {
        // Release: pairs with wait_for(), which then sees what was done.
        if (ended.exchange(has_ended, std::memory_order_acq_rel) == is_awaited) [[unlikely]]
            std_atomics::wake(ended, 1);
    }

    [[nodiscard]] pool_engine& engine() const noexcept { return engine_; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

    struct counters {
        std::uint64_t run = 0;      ///< items
        std::uint64_t stolen = 0;   ///< of them, taken from other workers
        std::uint64_t parked = 0;   ///< how often it went to sleep
    };
    [[nodiscard]] counters count() const noexcept;
    [[nodiscard]] std::size_t queued() const noexcept { return deque_.size(); }
    /// The ends of its queue, as in work_deque.
    [[nodiscard]] auto ends() const noexcept { return deque_.ends(); }

private:
    friend class pool_engine;

    static constexpr std::uint32_t has_ended = 1;
    static constexpr std::uint32_t is_awaited = 2;   // by a thread that sleeps

    /// Works until the pool ends, or until another thread has taken over.
    void serve() noexcept;
    [[nodiscard]] pool_item next() noexcept;
    [[nodiscard]] pool_item search() noexcept;
    [[nodiscard]] pool_item look_around() noexcept;
    [[nodiscard]] pool_item take_injected() noexcept;
    [[nodiscard]] pool_item take_oldest() noexcept;
    [[nodiscard]] pool_item rob_someone() noexcept;
    [[nodiscard]] bool work_in_sight() const noexcept;
    void run(pool_item item) noexcept;
    void push(pool_item item) noexcept;
    bool help(pool_worker& thief) noexcept;
    bool go_on_with_own() noexcept;
    void run_beside(pool_item item) noexcept;
    void give_up_place() noexcept;
    std::uint64_t next_random() noexcept;

    static void add_one(std::atomic<std::uint64_t>& to) noexcept {
        to.store(to.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    pool_engine& engine_;
    eventcount<>& idle_;
    work_deque<std::uintptr_t> deque_;
    std::uint64_t random_;
    const std::size_t index_;
    pool_thread* thread_ = nullptr;
    std::uint32_t picks_ = 0;
    std::int64_t patience_ns_ = 20'000;       // how long to search before it sleeps
    std::atomic<std::uint64_t> run_{0};       // written by the serving thread only, as what follows
    std::atomic<std::uint64_t> stolen_{0};
    std::atomic<std::uint64_t> parked_{0};
};

}  // namespace troika::impl
