// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/spin_lock.hpp>

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
/// All of that is one atomic word, so that a task which ends while a future looks at it pays one
/// locked instruction, and one that nobody looks at pays none:
///   bit 0       done; set once. Its release pairs with the acquire in done(): who sees it sees
///               the result.
///   bit 1       locked; held for the few instructions in which a waiter leaves the list.
///   bits 2-47   the newest of a list of waiters (an address; user space ends below bit 47)
///   bits 48-63  references: futures, plus one of the producer until it is done.
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
    /// Looks again and again for about as long as falling asleep and being woken would take.
    /// Returns: done().
    bool spin_until_done() const noexcept;
    /// Blocks this thread until done, or until `deadline` (real time). Returns: done().
    bool block_until(time_point deadline) noexcept;

    void retain() noexcept {
        const std::uint64_t before = state_.fetch_add(one_reference, std::memory_order_relaxed);
        check(before < references_max * one_reference, "too many copies of one future");
    }
    /// Returns: whether the last reference went, so that the caller destroys the object.
    [[nodiscard]] bool release() noexcept {
        // Alone already: nobody else can take a reference, so the locked instruction is saved.
        // The acquire pairs with the release of whoever left before.
        if (unshared()) return true;
        return state_.fetch_sub(one_reference, std::memory_order_acq_rel) < 2 * one_reference;
    }
    [[nodiscard]] bool is_task() const noexcept { return maker_ == maker::task; }
    /// Whether it is a promise_core with a way to be run().
    [[nodiscard]] bool is_job() const noexcept { return maker_ == maker::job; }

    /// Work that waits for a thread can be cancelled until it starts. Returns: whether it may
    /// start.
    [[nodiscard]] bool try_start() noexcept { return leave_pending(phase::running); }
    [[nodiscard]] bool try_cancel() noexcept { return leave_pending(phase::cancelled); }
    [[nodiscard]] bool was_cancelled() const noexcept {
        return phase_.load(std::memory_order_acquire) == phase::cancelled;
    }
    /// Whether work that has started was asked to stop.
    [[nodiscard]] bool cancel_requested() const noexcept {
        return cancelled_.load(std::memory_order_acquire);
    }
    void request_cancel() noexcept { cancelled_.store(true, std::memory_order_release); }

    /// Notes that somebody has seen the error, so that it need not be reported.
    void mark_retrieved() noexcept { retrieved_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool retrieved() const noexcept {
        return retrieved_.load(std::memory_order_relaxed);
    }

    /// Publishes the result, tells the waiters in the order in which they came, and gives back the
    /// producer's reference. Once. Returns: as release().
    [[nodiscard]] bool complete_and_release() noexcept {
        std::uint64_t state = state_.load(std::memory_order_acquire);
        if (state < 2 * one_reference && (state & ~reference_bits) == 0) return true;
        // Nobody waits: the common case. Release: pairs with done() and add_waiter().
        if ((state & ~reference_bits) == 0 &&
            state_.compare_exchange_strong(state, (state - one_reference) | done_bit,
                                           std::memory_order_acq_rel, std::memory_order_acquire))
            return false;
        return complete_with_waiters();
    }
    /// The same for a producer that keeps its reference.
    void complete() noexcept { static_cast<void>(finish(0)); }

    /// Whether there is one reference only, so that no other thread can look.
    [[nodiscard]] bool unshared() const noexcept {
        return state_.load(std::memory_order_acquire) < 2 * one_reference;
    }

protected:
    /// Who gives the result.
    enum class maker : std::uint8_t { promise, task, job };

    future_core(maker by, std::uint32_t references) noexcept
        : state_(references * one_reference), maker_(by) {}
    ~future_core() = default;

private:
    enum class phase : std::uint8_t { pending, running, cancelled };

    bool leave_pending(phase next) noexcept {
        phase expected = phase::pending;
        return phase_.compare_exchange_strong(expected, next, std::memory_order_acq_rel);
    }

    static constexpr std::uint64_t done_bit = 1;
    static constexpr std::uint64_t locked_bit = 2;
    static constexpr std::uint64_t one_reference = std::uint64_t{1} << 48;
    static constexpr std::uint64_t references_max = 0xffff;
    static constexpr std::uint64_t reference_bits = references_max * one_reference;
    static constexpr std::uint64_t waiter_bits = ~reference_bits & ~(done_bit | locked_bit);

    static future_waiter* list_of(std::uint64_t state) noexcept {
        return reinterpret_cast<future_waiter*>(state & waiter_bits);
    }
    [[nodiscard]] bool complete_with_waiters() noexcept;
    /// Sets the done bit, gives back `references` and tells the waiters. Returns: the state before.
    std::uint64_t finish(std::uint64_t references) noexcept;
    /// Waits until the list is not locked. Returns: the state.
    [[nodiscard]] std::uint64_t unlocked_state() const noexcept;

    std::atomic<std::uint64_t> state_;
    std::atomic<phase> phase_{phase::pending};
    std::atomic<bool> retrieved_{false};
    const maker maker_;

protected:
    // A task's: whether an await would throw. A promise's: whether the one who waits asked the work
    // to stop.
    std::atomic<bool> cancelled_{false};

    // Of tasks whose home has several threads; they stand here because there is room.
    std::atomic<std::uint8_t> turn_{0};
    spin_lock lock_;
};

}  // namespace troika::impl
