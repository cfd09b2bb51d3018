// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/sync/queue_core.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace troika {

/// How a queue is shut down.
struct queue_shutdown_options {
    bool immediate = false;   ///< drop the items that nobody has taken yet
};

namespace impl {

struct from_the_heap {};

/// A parcel with its item. The recycler aligns to 16; what wants more comes from the heap.
template <class T>
struct parcel_of final : parcel, std::conditional_t<alignof(T) <= 16, recycled, from_the_heap> {
    template <class U>
    explicit parcel_of(U&& from) : item(std::forward<U>(from)) {}
    T item;
};

template <class T>
void drop(parcel* item) noexcept {
    delete static_cast<parcel_of<T>*>(item);
}

/// Drops a parcel at the end of a scope.
template <class T>
struct parcel_owner {
    explicit parcel_owner(parcel* of) noexcept : box(static_cast<parcel_of<T>*>(of)) {}
    parcel_owner(const parcel_owner&) = delete;
    parcel_owner& operator=(const parcel_owner&) = delete;
    ~parcel_owner() { delete box; }
    parcel_of<T>* box;
};

/// What put() gives: an awaiter.
template <class T>
class [[nodiscard("puts only when it is awaited, or asked to block()")]] put_operation final
    : public queue_core::put_place {
public:
    put_operation(queue_core& of, T&& item) : put_place(of, *new parcel_of<T>(std::move(item))) {}
    put_operation(put_operation&&) noexcept = default;
    ~put_operation() { drop<T>(item_); }

    void await_resume() const { finish(); }
    /// Blocks this thread instead. Thread: any that does not run an event loop.
    void block() {
        block_thread();
        finish();
    }
};

/// What get() gives, and next(), which answers a shutdown with an empty optional: awaiters.
template <class T, bool ThrowsWhenShutDown>
class [[nodiscard("gets only when it is awaited, or asked to block()")]] get_operation final
    : public queue_core::get_place {
public:
    using value_type = std::conditional_t<ThrowsWhenShutDown, T, std::optional<T>>;

    explicit get_operation(queue_core& of) noexcept : get_place(of) {}
    get_operation(get_operation&&) noexcept = default;

    value_type await_resume() {
        throw_if_aborted();
        return deliver();
    }
    /// Blocks this thread instead. Thread: any that does not run an event loop.
    value_type block() {
        block_thread();
        return deliver();
    }

private:
    value_type deliver() {
        if constexpr (ThrowsWhenShutDown)
            throw_if_refused();
        else if (refused_)
            return std::nullopt;
        const parcel_owner<T> taken(std::exchange(item_, nullptr));
        return value_type(std::move(taken.box->item));
    }
};

/// What queues have in common, whatever the order of their items.
template <class T, class Shelf>
class basic_queue {
public:
    using value_type = T;

    /// Throws: std::invalid_argument when `capacity_max` is 0.
    explicit basic_queue(const queue_options& options) : core_(shelf_, options) {}
    ~basic_queue() {
        while (parcel* item = shelf_.take()) drop<T>(item);
    }

    /// Waits until there is room, and puts `item` into the queue.
    /// Throws: queue_shut_down. Cancel: gives up the place in line, and drops `item`.
    [[nodiscard]] put_operation<T> put(T item) { return put_operation<T>(core_, std::move(item)); }

    /// Waits for an item and takes it out of the queue.
    /// Throws: queue_shut_down once the queue is shut down and empty. Cancel: gives up the place in
    /// line; no item is lost.
    [[nodiscard]] get_operation<T, true> get() noexcept { return get_operation<T, true>(core_); }

    /// The same for a loop: `while (auto item = co_await jobs.next())`.
    /// Returns: an item, or nothing once the queue is shut down and empty.
    [[nodiscard]] get_operation<T, false> next() noexcept { return get_operation<T, false>(core_); }

    /// Puts `item` into the queue without waiting.
    /// Returns: false when it is full; then `item` is as before. Throws: queue_shut_down.
    bool try_put(const T& item)
        requires std::copy_constructible<T>
    {
        return offer(item, [](parcel_of<T>&) {});
    }
    bool try_put(T&& item) {
        return offer(std::move(item), [&](parcel_of<T>& box) { item = std::move(box.item); });
    }

    /// Returns: the next item, or nothing where the queue is empty.
    /// Throws: queue_shut_down once it is shut down and empty.
    [[nodiscard]] std::optional<T> try_get() {
        parcel* item = nullptr;
        switch (core_.get(item, nullptr)) {
        case queue_core::answer::shut_down: core_.throw_shut_down("try_get()");
        case queue_core::answer::not_now: return std::nullopt;
        case queue_core::answer::done: break;
        }
        const parcel_owner<T> taken(item);
        return std::optional<T>(std::move(taken.box->item));
    }

    /// Says that the work on an item that was taken is done; for join().
    /// Throws: std::logic_error when it is called more often than items were put.
    void task_done() { core_.task_done(); }

    /// Waits until task_done() was called for every item that was put. Cancel: at once.
    [[nodiscard]] queue_core::join_operation join() noexcept {
        return queue_core::join_operation(core_);
    }

    /// Ends the queue: put() fails from now on, also for those who wait to put, and get() once the
    /// items that are left have been taken. `immediate` drops these: join() does not wait for them.
    void shutdown(const queue_shutdown_options& options = {}) noexcept {
        for (parcel* item = core_.shut_down(options.immediate); item != nullptr;) {
            parcel* next = item->next;
            drop<T>(item);
            item = next;
        }
    }

    /// Items in the queue; a moment later it may be another number. So with the next three.
    [[nodiscard]] std::size_t size() const noexcept { return core_.size(); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] bool full() const noexcept { return size() >= capacity_max(); }
    [[nodiscard]] std::size_t unfinished() const noexcept { return core_.unfinished(); }
    [[nodiscard]] bool is_shut_down() const noexcept { return core_.is_shut_down(); }
    [[nodiscard]] std::size_t capacity_max() const noexcept { return core_.capacity_max(); }

private:
    template <class U, class Restore>
    bool offer(U&& item, Restore restore) {
        // Most often a full queue is seen before anything is wrapped.
        if (core_.is_shut_down()) core_.throw_shut_down("try_put()");
        if (full()) return false;
        parcel_owner<T> offered(new parcel_of<T>(std::forward<U>(item)));
        const queue_core::answer given = core_.put(*offered.box, nullptr);
        if (given == queue_core::answer::done) {
            offered.box = nullptr;
            return true;
        }
        restore(*offered.box);
        if (given == queue_core::answer::shut_down) core_.throw_shut_down("try_put()");
        return false;
    }

    Shelf shelf_;
    queue_core core_;
};

}  // namespace impl

/// Brings items from those who make them to those who use them, first in, first out.
///
/// Bounded: who puts too fast waits, so that a slow consumer slows its producers. Those who wait
/// are served in the order in which they came.
/// Thread: any, and tasks of any scheduler. Lifetime: outlives every wait.
template <class T>
class queue final : public impl::basic_queue<T, impl::fifo_shelf> {
public:
    using impl::basic_queue<T, impl::fifo_shelf>::basic_queue;
};

}  // namespace troika
