// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// A word of state that is also the spin lock of what belongs to it.
///
/// The lowest bit says that a thread is at work on the lines of those who wait; the others are the
/// owner's. As the state itself changes in one atomic operation where nobody waits, the uncontended
/// paths never take the lock; and as unlock() publishes the new state and lets go in one store, the
/// object may be destroyed by whoever sees that state.
/// Held for a few instructions only: no code of users runs under it, nothing is allocated.
/// Thread: any.
class lock_word {
public:
    static constexpr std::uint64_t locked = 1;

    explicit constexpr lock_word(std::uint64_t value = 0) noexcept : word_(value) {}
    lock_word(const lock_word&) = delete;
    lock_word& operator=(const lock_word&) = delete;

    /// Returns: the state, perhaps with `locked`.
    [[nodiscard]] std::uint64_t load() const noexcept {
        // Acquire: pairs with unlock() and swap(), so that who sees a state sees what led to it.
        return word_.load(std::memory_order_acquire);
    }

    /// Changes the state from `expected` to `desired` without the lock, which nobody may hold.
    /// On failure `expected` is what is there.
    bool swap(std::uint64_t& expected, std::uint64_t desired) noexcept {
        // Acquire and release: a swap takes what the one before it gave.
        return word_.compare_exchange_strong(expected, desired, std::memory_order_acq_rel,
                                             std::memory_order_acquire);
    }

    /// Returns: the state, without `locked`.
    std::uint64_t lock() noexcept {
        std::uint64_t value = word_.load(std::memory_order_relaxed) & ~locked;
        // Acquire: pairs with the release in unlock().
        if (word_.compare_exchange_weak(value, value | locked, std::memory_order_acquire,
                                        std::memory_order_relaxed)) [[likely]]
            return value;
        return lock_contended();
    }

    /// Publishes `value` and lets go. Nothing of the object may be touched afterwards.
    void unlock(std::uint64_t value) noexcept {
        word_.store(value, std::memory_order_release);   // pairs with lock(), swap() and load()
    }

private:
    std::uint64_t lock_contended() noexcept;

    static constexpr unsigned spins_max = 64;   // then the processor goes to another thread

    std::atomic<std::uint64_t> word_;
};

}  // namespace troika::impl
