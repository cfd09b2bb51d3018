// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <type_traits>

namespace troika::impl {

/// What a worker has to do: it works at one end, thieves take from the other.
///
/// The owner pushes and pops the newest item without a locked instruction but one in pop(); a thief
/// takes the oldest with one compare-and-swap. `T` is a word; T{} stands for nothing.
/// Source: D. Chase, Y. Lev, "Dynamic circular work-stealing deque", 2005; the orders follow Lê,
/// Pop, Cohen, Nardelli, "Correct and efficient work-stealing for weak memory models", 2013, with
/// sequentially consistent accesses in the place of fences. tests/model proves each of them needed.
/// Thread: as each function says. `Atomics`: see std_atomics.
template <class T, class Atomics = std_atomics>
class work_deque {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(void*));

public:
    explicit work_deque(std::size_t capacity = 256) : ring_(new ring(capacity, nullptr)) {}
    work_deque(const work_deque&) = delete;
    work_deque& operator=(const work_deque&) = delete;
    ~work_deque() {
        for (ring* each = ring_.load(std::memory_order_relaxed); each != nullptr;) {
            ring* const older = each->older;
            delete each;
            each = older;
        }
    }

    /// Returns: false when there is no memory for more; nothing has changed then. Thread: owner.
    bool push(T item) noexcept {
        const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
        ring* items = ring_.load(std::memory_order_relaxed);
        if (bottom - top_seen_ >= items->capacity) [[unlikely]] {
            items = make_room(bottom, items);
            if (items == nullptr) return false;
        }
        items->at(bottom).store(item, std::memory_order_relaxed);
        // Publishes the item. Pairs with the load in steal(): who sees bottom + 1 sees the item.
        bottom_.store(bottom + 1, std::memory_order_release);
        return true;
    }

    /// Returns: the newest item; T{} when there is none. Thread: owner.
    T pop() noexcept {
        const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
        ring* const items = ring_.load(std::memory_order_relaxed);
        // Before top_ is looked at, and seen by thieves that look at bottom_ after top_: of an
        // owner and a thief that want the last item at least one sees the other.
        bottom_.exchange(bottom, std::memory_order_seq_cst);
        std::int64_t top = top_.load(std::memory_order_seq_cst);
        if (top < bottom) [[likely]]
            return items->at(bottom).load(std::memory_order_relaxed);
        T item{};
        if (top == bottom) {
            // The last one: whoever moves top_ has it.
            if (top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                             std::memory_order_relaxed))
                item = items->at(bottom).load(std::memory_order_relaxed);
        }
        bottom_.store(bottom + 1, std::memory_order_relaxed);
        return item;
    }

    /// Pops the newest item if it is `expected`. Returns: whether it was. Thread: owner.
    bool pop_if(T expected) noexcept {
        const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
        ring* const items = ring_.load(std::memory_order_relaxed);
        // A slot whose item was taken may still hold it: then pop() finds nothing.
        if (items->at(bottom).load(std::memory_order_relaxed) != expected) return false;
        return pop() == expected;
    }

    /// What steal() came to.
    enum class theft : std::uint8_t {
        empty,   ///< there was nothing
        lost,    ///< somebody else was faster: there may be more
        taken,
    };

    /// Takes the oldest item. Thread: any.
    theft steal(T& into) noexcept {
        std::int64_t top = top_.load(std::memory_order_seq_cst);
        const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
        if (top >= bottom) return theft::empty;
        // Acquire: pairs with make_room(), whose copy is complete.
        ring* const items = ring_.load(std::memory_order_acquire);
        const T item = items->at(top).load(std::memory_order_relaxed);
        if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst,
                                          std::memory_order_relaxed))
            return theft::lost;
        into = item;
        return theft::taken;
    }

    /// How many items there are, more or less. Thread: any.
    [[nodiscard]] std::size_t size() const noexcept {
        const std::int64_t top = top_.load(std::memory_order_seq_cst);
        const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
        return bottom > top ? static_cast<std::size_t>(bottom - top) : 0;
    }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// Where the two numbers are whose difference is size(), the greater one first: for views of
    /// the process from outside.
    [[nodiscard]] std::pair<const void*, const void*> ends() const noexcept {
        return {&bottom_, &top_};
    }

private:
    template <class U>
    using atomic = Atomics::template atomic<U>;

    struct ring {
        ring(std::size_t size, ring* before)
            : capacity(static_cast<std::int64_t>(size)), older(before),
              slots(std::make_unique<atomic<T>[]>(size)) {}
        atomic<T>& at(std::int64_t index) noexcept {
            return slots[static_cast<std::size_t>(index & (capacity - 1))];
        }
        const std::int64_t capacity;   // a power of two
        ring* const older;             // thieves may still read it: kept until the deque goes
        const std::unique_ptr<atomic<T>[]> slots;
    };

    ring* make_room(std::int64_t bottom, ring* items) noexcept {
        // Acquire: pairs with the theft, which has read its slot before it moved top_.
        top_seen_ = top_.load(std::memory_order_acquire);
        if (bottom - top_seen_ < items->capacity) return items;
        ring* wider = nullptr;
        try {
            wider = new ring(static_cast<std::size_t>(items->capacity) * 2, items);
        } catch (...) {   // no memory
            return nullptr;
        }
        for (std::int64_t i = top_seen_; i < bottom; ++i)
            wider->at(i).store(items->at(i).load(std::memory_order_relaxed),
                               std::memory_order_relaxed);
        ring_.store(wider, std::memory_order_release);
        return wider;
    }

    // Apart, so that the owner's and the thieves' ends do not share a cache line.
    alignas(64) atomic<std::int64_t> bottom_{0};   // one past the newest; the owner's
    std::int64_t top_seen_ = 0;                    // the owner's: top_ was at least that
    atomic<ring*> ring_;
    alignas(64) atomic<std::int64_t> top_{0};      // the oldest; grows only
};

}  // namespace troika::impl
