// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// Calls that other threads ask of a loop, newest first until they are taken.
///
/// A list that is grabbed whole: a post is one compare-and-swap, and only the post that finds the
/// list empty has to wake the loop. Source: R. K. Treiber, "Systems Programming: Coping with
/// Parallelism".
/// `Links::next(call)` is the place for the link of a call, an Atomics::plain<Call*>.
/// Thread: push() and woken() any, the others the loop's.
template <class Call, class Links, class Atomics = std_atomics>
class inbox {
    static_assert(sizeof(void*) == 8, "an address and a count are kept in one 64-bit word");

public:
    inbox() noexcept = default;
    inbox(const inbox&) = delete;
    inbox& operator=(const inbox&) = delete;

    /// Returns: whether the list was empty, so that the loop may have to be woken; then the caller
    /// does that, in a way that the loop acquires, and says so with woken(). The inbox is there
    /// until then.
    bool push(Call& call) noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        std::uint64_t added = 0;
        bool first = false;
        do {
            Call* const before = reinterpret_cast<Call*>(word & call_bits);
            Links::next(call).write(before);
            first = before == nullptr;
            added = (word & ~call_bits) + (first ? one_waker : 0) +
                    reinterpret_cast<std::uintptr_t>(&call);
            // Release: the call is complete for who takes it.
        } while (!word_.compare_exchange_weak(word, added, std::memory_order_release,
                                              std::memory_order_relaxed));
        return first;   // the call itself may be gone
    }
    void woken() noexcept {
        word_.fetch_sub(one_waker, std::memory_order_release);   // pairs with wait_for_wakers()
    }

    /// May miss a call whose poster has not woken the loop yet.
    [[nodiscard]] bool empty() const noexcept {
        return (word_.load(std::memory_order_relaxed) & call_bits) == 0;
    }

    /// Returns: the calls in the order in which they were pushed, linked; null when there are none.
    Call* take() noexcept {
        // Acquire: pairs with push(), whose calls are then visible.
        Call* newest = reinterpret_cast<Call*>(
            word_.fetch_and(~call_bits, std::memory_order_acquire) & call_bits);
        Call* oldest = nullptr;
        while (newest != nullptr) {
            Call* const next = Links::next(*newest).read();
            Links::next(*newest).write(oldest);
            oldest = newest;
            newest = next;
        }
        return oldest;
    }
    /// Returns: the call after `call` in a list that take() gave.
    static Call* next(Call& call) noexcept { return Links::next(call).read(); }

    /// Waits until no other thread is between push() and woken(): the loop may end due to a call
    /// whose poster is not done with it.
    void wait_for_wakers() const noexcept {
        // Acquire: pairs with woken(), after which the poster touches nothing of the loop.
        while (word_.load(std::memory_order_acquire) >= one_waker) Atomics::yield();
    }

private:
    static constexpr std::uint64_t one_waker = std::uint64_t{1} << 48;
    static constexpr std::uint64_t call_bits = one_waker - 1;

    // The newest call; above it, how many are to wake.
    typename Atomics::template atomic<std::uint64_t> word_{0};
};

}  // namespace troika::impl
