// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// How far one side of a shared_queue has come: bytes in units of eight, and items, in one word, so
/// that both change at the same instant. Each counts modulo its size.
struct queue_place {
    static constexpr unsigned unit_bits = 40;
    static constexpr std::uint64_t unit_mask = (std::uint64_t{1} << unit_bits) - 1;
    static constexpr std::uint64_t unit = 8;

    std::uint64_t word = 0;

    [[nodiscard]] std::uint64_t offset() const noexcept { return (word & unit_mask) * unit; }
    [[nodiscard]] queue_place after(std::uint64_t bytes) const noexcept {
        const std::uint64_t items = (word >> unit_bits) + 1;
        return {items << unit_bits | ((word + bytes / unit) & unit_mask)};
    }
    [[nodiscard]] std::uint64_t bytes_since(queue_place other) const noexcept {
        return ((word - other.word) & unit_mask) * unit;
    }
    [[nodiscard]] std::uint64_t items_since(queue_place other) const noexcept {
        return ((word >> unit_bits) - (other.word >> unit_bits)) & (~std::uint64_t{0} >> unit_bits);
    }
};

/// One side of a shared_queue, those who put or those who get, beside the mutex that it has.
///
/// Who moves it may be killed at any instant: what it did counts from move() on, and by then all
/// who wait are awake; they wait for the mutex before they look. docs/decisions/shared-queue.md.
template <class Atomics = std_atomics>
class queue_side {
    using number = Atomics::template atomic<std::uint32_t>;

public:
    [[nodiscard]] queue_place place() const noexcept {
        return {at_.load(std::memory_order_acquire)};   // pairs with move()
    }

    /// Wakes those of the other side who wait until this one moves, by `wake_all(number&)`.
    /// Requires: the mutex, as with the next two.
    template <class Wake>
    void wake(Wake wake_all) {
        if (waiting_.load(std::memory_order_relaxed) == 0) return;
        moves_.fetch_add(1, std::memory_order_relaxed);
        wake_all(moves_);
        waiting_.store(0, std::memory_order_relaxed);
    }
    /// What was put is in the queue from here on, or the room of what was got is free.
    /// Requires: wake() was called.
    void move(queue_place to) noexcept { at_.store(to.word, std::memory_order_release); }

    /// From now on this side wakes who sleeps on moves(), unless that is another number then.
    [[nodiscard]] std::uint32_t announce() noexcept {
        waiting_.store(1, std::memory_order_relaxed);
        return moves_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] number& moves() noexcept { return moves_; }

private:
    typename Atomics::template atomic<std::uint64_t> at_{0};
    number waiting_{0};   // guarded by the mutex
    number moves_{0};     // changed with the mutex
};

}  // namespace troika::impl
