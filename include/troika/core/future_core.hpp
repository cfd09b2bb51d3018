// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// Who wants to be told when a future is done. Lives in whoever waits; nothing is allocated.
class future_waiter {
public:
    future_waiter(const future_waiter&) = delete;
    future_waiter& operator=(const future_waiter&) = delete;

    /// For a future that was done before the waiter could be added.
    void tell() noexcept { future_done(); }

protected:
    future_waiter() noexcept = default;
    future_waiter(future_waiter&&) noexcept {}
    ~future_waiter() = default;

private:
    friend class future_core;

    /// Told once, on the thread that completes the future, which no longer needs this object.
    virtual void future_done() noexcept = 0;

    future_waiter* next_ = nullptr;
};

/// What every future shares, whatever its type: whether it is done, who waits, who still looks.
///
/// state_ is one word: the newest of a list of waiters, with two bits. `done` is set once, by
/// complete(), whose release pairs with the acquire in done(): who sees it sees the result.
/// `locked` is held for the few instructions in which a waiter leaves the list.
/// Thread: any.
class future_core {
public:
    future_core(const future_core&) = delete;
    future_core& operator=(const future_core&) = delete;

    [[nodiscard]] bool done() const noexcept {
        return (state_.load(std::memory_order_acquire) & done_bit) != 0;
    }

    /// Returns: false when the future is done already, so that nobody will be told.
    bool add_waiter(future_waiter& waiter) noexcept;
    /// Returns: false when the waiter is being told, or was.
    bool remove_waiter(future_waiter& waiter) noexcept;
    /// Blocks this thread until done, or until `deadline` (real time). Returns: done().
    bool block_until(time_point deadline) noexcept;

    void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    /// Returns: whether the last reference went, so that the caller destroys the object.
    [[nodiscard]] bool release() noexcept {
        // Alone already: nobody else can take a reference, so the locked instruction is saved.
        // The acquire pairs with the release of whoever left before.
        if (references_.load(std::memory_order_acquire) == 1) return true;
        return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
    [[nodiscard]] bool is_task() const noexcept { return is_task_; }

    /// Work that waits for a thread can be cancelled until it starts. Returns: whether it may start.
    [[nodiscard]] bool try_start() noexcept { return leave_pending(phase::running); }
    [[nodiscard]] bool try_cancel() noexcept { return leave_pending(phase::cancelled); }
    [[nodiscard]] bool was_cancelled() const noexcept {
        return phase_.load(std::memory_order_acquire) == phase::cancelled;
    }
    /// Whether work that has started was asked to stop.
    [[nodiscard]] bool cancel_requested() const noexcept {
        return cancel_requested_.load(std::memory_order_acquire);
    }
    void request_cancel() noexcept { cancel_requested_.store(true, std::memory_order_release); }

    /// Notes that somebody has seen the error, so that it need not be reported.
    void mark_retrieved() noexcept { retrieved_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool retrieved() const noexcept {
        return retrieved_.load(std::memory_order_relaxed);
    }

    /// Publishes the result and tells the waiters, in the order in which they came. Once.
    void complete() noexcept {
        std::uintptr_t idle = 0;
        // Release: pairs with done() and add_waiter(). Nobody waits: the common case.
        if (!state_.compare_exchange_strong(idle, done_bit, std::memory_order_acq_rel,
                                            std::memory_order_acquire)) [[unlikely]]
            complete_and_tell();
    }

protected:
    explicit future_core(bool is_task) noexcept : is_task_(is_task) {}
    ~future_core() = default;

    /// For a thread that holds the only reference.
    [[nodiscard]] bool unshared() const noexcept {
        return references_.load(std::memory_order_acquire) == 1;
    }

private:
    enum class phase : std::uint8_t { pending, running, cancelled };

    bool leave_pending(phase next) noexcept {
        phase expected = phase::pending;
        return phase_.compare_exchange_strong(expected, next, std::memory_order_acq_rel);
    }
    void complete_and_tell() noexcept;

    static constexpr std::uintptr_t done_bit = 1;
    static constexpr std::uintptr_t locked_bit = 2;
    static constexpr std::uintptr_t flag_bits = done_bit | locked_bit;

    std::atomic<std::uintptr_t> state_{0};
    std::atomic<std::uint32_t> references_{1};
    std::atomic<phase> phase_{phase::pending};
    std::atomic<bool> retrieved_{false};
    const bool is_task_;

protected:
    // One byte for two owners. A task's: whether an await would throw, its home thread only.
    // A promise's: whether the one who waits asked the work to stop.
    union {
        bool cancelled_;
        std::atomic<bool> cancel_requested_{false};
    };
};

}  // namespace troika::impl
