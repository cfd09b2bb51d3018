// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <cstdint>

namespace troika::impl {

/// Puts the workers of a pool to sleep, and wakes them, without losing a wake-up.
///
/// A worker without work searches; when it has found nothing, it announces that it will sleep,
/// looks once more, and sleeps or takes the announcement back. Whoever puts work where workers look
/// calls notify() afterwards, which wakes one sleeper if nobody searches: while one searches, it
/// will find the work, and calls search_ended(), which wakes the next if it was the last. So there
/// is at most one system call for a burst of work.
///
/// The work has to be published by a sequentially consistent operation before notify(), and be
/// looked at by such operations after announce(); or the sleeper calls a heavy barrier in between.
/// Thread: any.
template <class Atomics = std_atomics>
class eventcount {
public:
    eventcount() noexcept = default;
    eventcount(const eventcount&) = delete;
    eventcount& operator=(const eventcount&) = delete;

    /// Wakes a sleeper if there is one and nobody searches.
    void notify() noexcept {
        std::uint64_t state = state_.load(std::memory_order_seq_cst);
        for (;;) {
            if (sleeping_in(state) == 0 || searching_in(state) != 0) [[likely]]
                return;
            // The sleeper searches from here on, so that others who notify need not wake more.
            if (state_.compare_exchange_weak(state, state - one_sleeping + one_searching,
                                             std::memory_order_seq_cst))
                break;
        }
        permit(1);
    }
    /// The same, for who may miss a sleeper that is about to look once more (see announce()).
    [[nodiscard]] bool seems_needed() const noexcept {
        const std::uint64_t state = state_.load(std::memory_order_relaxed);
        return sleeping_in(state) != 0 && searching_in(state) == 0;
    }
    /// Wakes all who sleep.
    void notify_all() noexcept {
        std::uint64_t state = state_.load(std::memory_order_seq_cst);
        while (!state_.compare_exchange_weak(
            state, state + sleeping_in(state) * (one_searching - one_sleeping),
            std::memory_order_seq_cst)) {
        }
        if (sleeping_in(state) != 0) permit(static_cast<std::uint32_t>(sleeping_in(state)));
    }

    void search_began() noexcept { state_.fetch_add(one_searching, std::memory_order_seq_cst); }
    /// The searcher has found work: the next is woken if nobody else searches.
    void search_ended() noexcept {
        const std::uint64_t before = state_.fetch_sub(one_searching, std::memory_order_seq_cst);
        if (searching_in(before) == 1) notify();
    }

    /// A searcher is about to sleep: it is told of work that comes from now on.
    void announce() noexcept {
        state_.fetch_add(one_sleeping - one_searching, std::memory_order_seq_cst);
    }
    /// It has found something after all, and searches again. Was it woken meanwhile, it takes that.
    void retract() noexcept {
        std::uint64_t state = state_.load(std::memory_order_relaxed);
        while (sleeping_in(state) != 0)
            if (state_.compare_exchange_weak(state, state - one_sleeping + one_searching,
                                             std::memory_order_seq_cst))
                return;
        sleep();   // somebody has counted us as woken
    }
    /// Sleeps until woken; searches then. Requires: announce().
    void sleep() noexcept {
        for (;;) {
            std::uint32_t permits = permits_.load(std::memory_order_relaxed);
            while (permits != 0)
                // Acquire: pairs with permit().
                if (permits_.compare_exchange_weak(permits, permits - 1,
                                                   std::memory_order_acquire,
                                                   std::memory_order_relaxed))
                    return;
            Atomics::wait(permits_, 0);
        }
    }

    [[nodiscard]] std::uint32_t sleeping() const noexcept {
        return static_cast<std::uint32_t>(
            sleeping_in(state_.load(std::memory_order_relaxed)));
    }
    [[nodiscard]] std::uint32_t searching() const noexcept {
        return static_cast<std::uint32_t>(
            searching_in(state_.load(std::memory_order_relaxed)));
    }

private:
    static constexpr std::uint64_t one_sleeping = 1;
    static constexpr std::uint64_t one_searching = std::uint64_t{1} << 32;
    static constexpr std::uint64_t sleeping_in(std::uint64_t state) noexcept {
        return state & (one_searching - 1);
    }
    static constexpr std::uint64_t searching_in(std::uint64_t state) noexcept {
        return state / one_searching;
    }

    void permit(std::uint32_t count) noexcept {
        permits_.fetch_add(count, std::memory_order_release);   // pairs with sleep()
        Atomics::wake(permits_, static_cast<int>(count));
    }

    template <class U>
    using atomic = Atomics::template atomic<U>;

    alignas(64) atomic<std::uint64_t> state_{0};
    alignas(64) atomic<std::uint32_t> permits_{0};   // sleepers that may go
};

}  // namespace troika::impl
