// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <climits>
#include <cstdint>

// Small lock-free parts as they are written for troika, with the atomics as a parameter.
namespace troika::testing::samples {

/// A spin lock; `Acquire` and `Release` are its orders, so that tests can get them wrong.
template <class Atomics = std_atomics, std::memory_order Acquire = std::memory_order_acquire,
          std::memory_order Release = std::memory_order_release>
class spin_lock {
public:
    void lock() noexcept {
        while (held_.exchange(true, Acquire)) {
            while (held_.load(std::memory_order_relaxed)) Atomics::pause();
        }
    }
    bool try_lock() noexcept { return !held_.exchange(true, Acquire); }
    void unlock() noexcept { held_.store(false, Release); }

private:
    typename Atomics::template atomic<bool> held_{false};
};

/// An event that is set once; who waits says so in the word that it sleeps on.
template <class Atomics = std_atomics>
class flag_event {
    static constexpr std::uint32_t unset = 0, awaited = 1, is_set = 2;

public:
    void set() noexcept {
        if (word_.exchange(is_set, std::memory_order_release) == awaited)
            Atomics::wake(word_, INT_MAX);
    }
    void wait() noexcept {
        for (;;) {
            std::uint32_t seen = word_.load(std::memory_order_acquire);
            if (seen == is_set) return;
            if (seen == unset
                && !word_.compare_exchange_strong(seen, awaited, std::memory_order_relaxed))
                continue;
            Atomics::wait(word_, awaited);
        }
    }

private:
    typename Atomics::template atomic<std::uint32_t> word_{unset};
};

}  // namespace troika::testing::samples
