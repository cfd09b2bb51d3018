// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// A lock of one byte, held for a few instructions; whoever waits long gives its processor away.
///
/// Nothing is allocated and no code of users runs under it.
/// Thread: any. Whoever unlocks does not touch the object afterwards, so that who locks it next may
/// destroy it.
class spin_lock {
public:
    spin_lock() noexcept = default;
    spin_lock(const spin_lock&) = delete;
    spin_lock& operator=(const spin_lock&) = delete;

    void lock() noexcept {
        // Acquire: pairs with the release in unlock().
        if (held_.exchange(1, std::memory_order_acquire) != 0) [[unlikely]]
            lock_contended();
    }
    void unlock() noexcept { held_.store(0, std::memory_order_release); }

private:
    void lock_contended() noexcept;

    static constexpr unsigned spins_max = 64;   // then the processor goes to another thread

    std::atomic<std::uint8_t> held_{0};
};

/// Holds a lock, where there is one to hold.
class [[nodiscard]] spin_guard {
public:
    /// Null: nothing is locked, as where one thread runs all tasks.
    explicit spin_guard(spin_lock* lock) noexcept : lock_(lock) {
        if (lock_ != nullptr) [[unlikely]]
            lock_->lock();
    }
    spin_guard(const spin_guard&) = delete;
    spin_guard& operator=(const spin_guard&) = delete;
    ~spin_guard() {
        if (lock_ != nullptr) [[unlikely]]
            lock_->unlock();
    }

private:
    spin_lock* const lock_;
};

}  // namespace troika::impl
