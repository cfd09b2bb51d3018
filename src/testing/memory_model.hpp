// SPDX-License-Identifier: MIT
#pragma once

#include "testing/vector_clock.hpp"

#include <atomic>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace troika::testing::impl {

using store_id = std::uint32_t;

inline constexpr store_id no_store = std::numeric_limits<store_id>::max();

constexpr bool acquires(std::memory_order order) noexcept {
    return order == std::memory_order_acquire || order == std::memory_order_consume
           || order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

constexpr bool releases(std::memory_order order) noexcept {
    return order == std::memory_order_release || order == std::memory_order_acq_rel
           || order == std::memory_order_seq_cst;
}

/// What the threads of one execution have done to one atomic object, and what the memory model of
/// C++20 (without load buffering) lets them read and write next.
///
/// Every store stays in the history. The modification order is not the order of execution: a store
/// may enter it before stores that its thread does not know. Happens-before is told by the clocks
/// of the threads, which the engine keeps; what seq_cst forbids, by sequential_order.
/// Source: [intro.races] of C++20.
class atomic_history {
public:
    struct store {
        std::uint64_t value = 0;
        thread_view released{};      // what an acquire that reads this store learns
        std::uint32_t sequence = 0;  // of execution, over all locations
        std::uint32_t rank = 0;      // its place in the modification order
        bool by_rmw = false;         // it stands right after the store that it read
        bool has_release = false;
    };

    /// Begins with `value`, stored by the step of `thread` that `clock` tells.
    void construct(std::uint64_t value, std::size_t thread, const vector_clock& clock,
                   std::uint32_t sequence);

    /// Whether the construction happens before the point that `clock` describes.
    [[nodiscard]] bool constructed_before(const vector_clock& clock) const noexcept {
        return clock.covers(made_by_, made_at_);
    }

    /// Returns: a thread whose access does not happen before `clock`, or model_threads_max.
    [[nodiscard]] std::size_t unordered_access(const vector_clock& clock) const noexcept;

    /// The stores that `thread` may read, the newest first, at most `depth` of them.
    std::span<const store_id> readable(std::size_t thread, const thread_view& view,
                                       std::size_t depth);

    /// The stores after which `thread` may put a store of its own, the newest first; the first is
    /// the newest of all, at most `depth`.
    std::span<const store_id> places(std::size_t thread, const thread_view& view,
                                     std::size_t depth);

    /// Whether a read-modify-write may read `id`: no other one has.
    [[nodiscard]] bool free_for_rmw(store_id id) const noexcept;

    /// Reads `id` as `thread`, whose view learns what an acquire learns.
    std::uint64_t read(store_id id, std::size_t thread, thread_view& view,
                       std::memory_order order);

    /// Puts a store right after `place`; `by_rmw`: it is the write of a read-modify-write that
    /// has read `place`, so it continues the release sequences there. Returns: its id.
    store_id write(std::uint64_t value, store_id place, bool by_rmw, std::size_t thread,
                   const thread_view& view, std::memory_order order, std::uint32_t sequence);

    [[nodiscard]] const store& at(store_id id) const noexcept { return stores_[id]; }
    [[nodiscard]] store_id next_id() const noexcept {
        return static_cast<store_id>(stores_.size());
    }
    [[nodiscard]] store_id newest() const noexcept { return order_.back(); }

private:
    /// Thread t knew, at its step `time`, of everything up to store `id`.
    struct knowledge {
        std::uint32_t time;
        store_id id;
    };

    [[nodiscard]] std::uint32_t lowest_rank(std::size_t thread,
                                            const vector_clock& visible) const noexcept;
    void note(std::size_t thread, std::uint32_t time, store_id id);

    std::vector<store> stores_;    // in the order of execution
    std::vector<store_id> order_;  // in the modification order
    std::array<std::vector<knowledge>, model_threads_max> known_;
    std::vector<store_id> found_;
    std::size_t made_by_ = 0;
    std::uint32_t made_at_ = 0;
};

/// What the threads of one execution have done to one ordinary object.
class plain_history {
public:
    void construct(std::size_t thread, const vector_clock& clock) noexcept;

    /// Returns: the thread with whose access this read or write conflicts without an order, or
    /// model_threads_max.
    std::size_t read(std::size_t thread, const vector_clock& clock) noexcept;
    std::size_t write(std::size_t thread, const vector_clock& clock) noexcept;

private:
    std::size_t writer_ = 0;
    std::uint32_t written_at_ = 0;
    vector_clock read_at_;   // the last read of each thread
};

}  // namespace troika::testing::impl
