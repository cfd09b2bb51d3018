// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include "os/event_fd.hpp"

#include <atomic>
#include <cstdint>

namespace troika {

/// How other threads end a poller's sleep: a word that says whether it sleeps, and an eventfd that
/// is written only if it does. Between two looks of the poller any number of rings costs one write.
template <class Event = os::event_fd, class Atomics = std_atomics>
class basic_poller_bell {
public:
    /// Thread: any; safe in a signal handler.
    void ring() const noexcept {
        // Release: what the caller published before is seen by the poller's thread when it finds
        // the ring; pairs with the exchanges below. One word decides, so no ring falls between
        // look and sleep.
        if (state_.exchange(notified, std::memory_order_release) == sleeping) event_.signal();
    }

    // ---- the poller's thread only

    /// Takes a ring that came while awake. Returns: whether there was one.
    bool take() noexcept {
        return state_.load(std::memory_order_relaxed) == notified &&
               state_.exchange(awake, std::memory_order_acquire) == notified;
    }

    /// Returns: false, and stays awake, when it was rung; the ring is then taken.
    bool fall_asleep() noexcept {
        std::uint32_t expected = awake;
        if (state_.compare_exchange_strong(expected, sleeping, std::memory_order_relaxed))
            return true;
        state_.exchange(awake, std::memory_order_acquire);
        return false;
    }

    /// Ends the sleep. Returns: whether it was rung meanwhile. The descriptor's report of that ring
    /// may come later and is then to be ignored.
    bool wake_up() noexcept {
        return state_.exchange(awake, std::memory_order_acquire) == notified;
    }

    /// Makes the descriptor unreadable again, for those who cannot poll for edges.
    void silence() noexcept { event_.drain(); }

    /// Polls readable, edge-triggered, after each ring that found the poller asleep. Need not be
    /// read: every write is an edge, and 2^64 of them do not happen.
    [[nodiscard]] int descriptor() const noexcept { return event_.descriptor(); }

private:
    enum : std::uint32_t { awake, sleeping, notified };
    mutable Atomics::template atomic<std::uint32_t> state_{awake};
    Event event_;
};

using poller_bell = basic_poller_bell<>;

}  // namespace troika
