// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/future_state.hpp>
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
    friend struct future_waiter_links;

    /// Told once, on the thread that completes the future, which no longer needs this object.
    virtual void future_done() noexcept = 0;

    std_atomics::plain<future_waiter*> next_{nullptr};
};

struct future_waiter_links {
    static std_atomics::plain<future_waiter*>& next(future_waiter& of) noexcept { return of.next_; }
    static void tell(future_waiter& one) noexcept { one.future_done(); }
};

extern template class future_state<future_waiter, future_waiter_links>;

/// What every future shares, whatever its type: whether it is done, who waits, who still looks
/// (see future_state), and how far the work is.
/// Thread: any.
class future_core {
public:
    future_core(const future_core&) = delete;
    future_core& operator=(const future_core&) = delete;

    [[nodiscard]] bool done() const noexcept { return state_.done(); }

    /// Returns: false when the future is done already, so that nobody will be told.
    bool add_waiter(future_waiter& waiter) noexcept { return state_.add(waiter); }
    /// Returns: false when the waiter is being told, or was.
    bool remove_waiter(future_waiter& waiter) noexcept { return state_.remove(waiter); }
    /// Looks again and again for about as long as falling asleep and being woken would take.
    /// Returns: done().
    bool spin_until_done() const noexcept;
    /// Blocks this thread until done, or until `deadline` (real time). Returns: done().
    bool block_until(time_point deadline) noexcept;

    void retain() noexcept { state_.retain(); }
    /// Returns: whether the last reference went, so that the caller destroys the object.
    [[nodiscard]] bool release() noexcept { return state_.release(); }
    /// Whether there is one reference only, so that no other thread can look.
    [[nodiscard]] bool unshared() const noexcept { return state_.unshared(); }

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
    [[nodiscard]] bool complete_and_release() noexcept { return state_.complete_and_release(); }
    /// The same for a producer that keeps its reference.
    void complete() noexcept { state_.complete(); }

protected:
    /// Who gives the result.
    enum class maker : std::uint8_t { promise, task, job };

    future_core(maker by, std::uint32_t references) noexcept
        : state_(references), maker_(by) {}
    ~future_core() = default;

private:
    friend struct layout;

    enum class phase : std::uint8_t { pending, running, cancelled };

    bool leave_pending(phase next) noexcept {
        phase expected = phase::pending;
        return phase_.compare_exchange_strong(expected, next, std::memory_order_acq_rel);
    }

    future_state<future_waiter, future_waiter_links> state_;
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

    // Of a task: see scheduler::turn_began().
    std::uint16_t parked_in_ = 0;
};

}  // namespace troika::impl
