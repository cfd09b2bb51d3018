// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/timer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace troika {

/// A first-in, first-out list of timers, linked in a ring through the timers themselves.
struct timer_list {
    timer* first = nullptr;
    time_point earliest = never;   // no later than any deadline inside

    [[nodiscard]] bool empty() const noexcept { return first == nullptr; }
    void push_back(timer& alarm) noexcept;
    void remove(timer& alarm) noexcept;
    timer& pop_front() noexcept;
    /// Inserts behind all whose deadline is not later: the list stays sorted, equals in their
    /// order.
    void insert_sorted(timer& alarm) noexcept;
    /// Sorts by deadline, equals in their order.
    void sort() noexcept;

private:
    static timer* merge(timer* left, timer* right) noexcept;
};

/// The timers of a loop: arming and disarming are O(1) for any number of them, and nothing is
/// allocated.
///
/// A hierarchical wheel. Time is cut into ticks of 2^17 ns (131 us); a slot of level n spans 64^n
/// ticks, and a timer waits at the level of the highest six-bit digit in which its tick differs
/// from the wheel's. When the wheel reaches a slot of a higher level, the slot's timers move down,
/// in their order; those of the tick that is reached are sorted by deadline. So deadlines keep
/// their full precision, and equal ones the order in which they were armed: a timer can only be
/// above another of the same deadline if it was armed before, and it moves down before the wheel
/// accepts a later one below.
/// Source: G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987), scheme 7.
class timer_wheel {
public:
    explicit timer_wheel(time_point now) noexcept : tick_(tick_of(now)) {}
    timer_wheel(const timer_wheel&) = delete;
    timer_wheel& operator=(const timer_wheel&) = delete;

    void arm(timer& alarm) noexcept;
    void disarm(timer& alarm) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Returns: a time no later than the earliest deadline (exact, unless the earliest was
    /// disarmed); never when there is none.
    [[nodiscard]] time_point next_deadline() noexcept;

    /// Expires every timer whose deadline is not after `now`, in the order of their deadlines.
    void advance(time_point now) noexcept {
        while (timer* const due = pop_due(now)) expire(*due);
    }

    /// The same step by step, for who must not hold a lock while a timer expires. Returns: the
    /// next timer that is due, disarmed; null when there is none.
    [[nodiscard]] timer* pop_due(time_point now) noexcept;
    static void expire(timer& due) noexcept { due.expire(); }

private:
    static constexpr unsigned tick_bits = 17;
    static constexpr unsigned digit_bits = 6;
    static constexpr unsigned slots = 1u << digit_bits;
    static constexpr unsigned levels = (64 - tick_bits + digit_bits - 1) / digit_bits;

    struct level {
        std::array<timer_list, slots> slot;
        std::uint64_t occupied = 0;   // a bit for each slot that is not empty
    };

    static std::uint64_t tick_of(time_point at) noexcept {
        const auto since = at.time_since_epoch().count();
        return since < 0 ? 0 : static_cast<std::uint64_t>(since) >> tick_bits;
    }
    struct place {
        unsigned level;
        unsigned slot;
    };
    /// Where a timer of `tick` belongs. Requires: tick > tick_.
    [[nodiscard]] place place_of(std::uint64_t tick) const noexcept;
    void insert(timer& alarm) noexcept;
    void go_to(std::uint64_t tick) noexcept;
    [[nodiscard]] bool next_occupied(place& into) const noexcept;
    [[nodiscard]] std::uint64_t start_of(place p) const noexcept;

    std::uint64_t tick_;             // everything up to this tick is in near_
    std::size_t size_ = 0;
    timer_list near_;                // sorted
    std::array<level, levels> level_;
};

}  // namespace troika
