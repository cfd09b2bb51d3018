// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace troika::impl {

/// What comes to a pool from outside, first in, first out: any thread puts in, workers take out.
///
/// Putting in is one exchange and never waits; nothing is allocated, as the items carry the links.
/// Those who take out take turns, several items at a time.
/// `Links` says where an item keeps its link: `static Atomics::atomic<T>& next(T item)`, and
/// `static T stub(atomic<T>&)` makes an item of a link that belongs to none. T{} is nothing.
/// Source: D. Vyukov, "Intrusive MPSC node-based queue".
/// Thread: any.
template <class T, class Links, class Atomics = std_atomics>
class injector {
    template <class U>
    using atomic = Atomics::template atomic<U>;

public:
    injector() noexcept : newest_(Links::stub(stub_)), oldest_(Links::stub(stub_)) {}
    injector(const injector&) = delete;
    injector& operator=(const injector&) = delete;

    void push(T item) noexcept {
        Links::next(item).store(T{}, std::memory_order_relaxed);
        // Release: the item is complete for who takes it. Acquire: pairs with the push before, so
        // that its link may be written. Sequentially consistent: ordered against the announcement
        // of a worker that is about to sleep, which looks at empty() afterwards.
        const T before = newest_.exchange(item, std::memory_order_seq_cst);
        // Pairs with the load in take(): from here on the items are linked up to this one.
        Links::next(before).store(item, std::memory_order_release);
    }

    /// Whether all that was put in was taken out. Items that are just being put in count.
    [[nodiscard]] bool empty() const noexcept {
        const T stub = Links::stub(const_cast<atomic<T>&>(stub_));
        // The stub may stand behind items that could not be taken yet, as take_one() has put it
        // there just when another one was put in. Who sees it there sees oldest_ before it.
        return newest_.load(std::memory_order_seq_cst) == stub &&
               oldest_.load(std::memory_order_relaxed) == stub;
    }

    /// Hands up to `count_max` items to `each(item)`, oldest first. Returns: how many; none also
    /// while somebody else takes, or the next one is just being put in.
    template <class F>
    std::size_t take(std::size_t count_max, F&& each) noexcept {
        if (taking_.load(std::memory_order_relaxed) != 0 ||
            taking_.exchange(1, std::memory_order_acquire) != 0)   // pairs with the release below
            return 0;
        std::size_t count = 0;
        while (count < count_max) {
            const T item = take_one();
            if (item == T{}) break;
            ++count;
            each(item);
        }
        taking_.store(0, std::memory_order_release);
        return count;
    }

private:
    T take_one() noexcept {
        const T stub = Links::stub(stub_);
        T item = oldest_.load(std::memory_order_relaxed);
        T next = Links::next(item).load(std::memory_order_acquire);   // pairs with push()
        if (item == stub) {
            if (next == T{}) return T{};
            item = next;
            oldest_.store(item, std::memory_order_relaxed);
            next = Links::next(item).load(std::memory_order_acquire);
        }
        if (next == T{}) {
            // The last one is let go once something stands behind it.
            if (item != newest_.load(std::memory_order_relaxed)) return T{};
            push(stub);
            next = Links::next(item).load(std::memory_order_acquire);
            if (next == T{}) return T{};
        }
        oldest_.store(next, std::memory_order_relaxed);
        return item;
    }

    // What a push touches on one cache line, what takers share on another.
    alignas(64) atomic<T> newest_;
    atomic<T> stub_{};
    alignas(64) atomic<T> oldest_;   // changed by who holds taking_
    atomic<std::uint32_t> taking_{0};
};

}  // namespace troika::impl
