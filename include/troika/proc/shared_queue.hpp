// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/proc/wire_codec.hpp>
#include <troika/sync/queue.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace troika {

/// How a shared_queue is made.
struct shared_queue_options {
    std::size_t capacity_max;   ///< items that wait in it before put() waits; 1 to 8'000'000
    /// Bytes of the items that wait in it; rounded up to a power of two. One item can take so many,
    /// at most.
    std::size_t bytes_max = std::size_t{4} << 20;
};

namespace impl {

class shared_queue_memory;

/// A shared_queue that does not know the type of its items.
class shared_queue_core {
public:
    enum class answer : unsigned char { done, not_now, shut_down };
    struct item {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };
    /// Instead of a deadline: does not wait.
    static constexpr time_point at_once = time_point::min();
    static time_point after(duration timeout) noexcept;

    explicit shared_queue_core(const shared_queue_options& options);

    answer put(const wire_writer& message, time_point deadline) const;
    answer get(item& into, time_point deadline) const;
    void shut_down(bool immediate) const;
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] std::size_t capacity_max() const noexcept;
    [[nodiscard]] bool is_shut_down() const noexcept;
    [[noreturn]] static void throw_shut_down(const char* operation);

    void write(wire_writer& to) const;
    static shared_queue_core read(wire_reader& from);

private:
    explicit shared_queue_core(std::shared_ptr<shared_queue_memory> memory) noexcept;

    std::shared_ptr<shared_queue_memory> memory_;
};

}  // namespace impl

/// Brings items from processes that make them to processes that use them, first in, first out:
/// `shared_queue<job> jobs{{.capacity_max = 1024}};`.
///
/// A handle: copies, also those that cross to other processes as arguments and results, are the
/// same queue. Items are copied through memory that all of them have, as
/// troika/proc/wire_codec.hpp says; but shared arrays, queues and pipes cannot be in an item.
/// Bounded: who puts too fast waits. Several may wait, and are served in no order.
/// A process that is killed, at whatever instant, leaves the queue as it should be: the item that
/// it was putting is in it or is not, the one it was getting is still there or went with it. All of
/// them are trusted not to write elsewhere into the memory; one that is stopped (SIGSTOP) in the
/// middle of an operation holds up the others until it goes on, but for time limits.
/// Why a lock, and which: docs/decisions/shared-queue.md.
/// Thread: any, of any of the processes; waiting blocks the thread, so not that of an event loop:
/// `co_await to_thread([&] { return jobs.get(); })`.
/// Python's multiprocessing.Queue.
template <class T>
class shared_queue {
public:
    using value_type = T;

    /// Throws: std::invalid_argument for options that make no sense; std::system_error.
    explicit shared_queue(const shared_queue_options& options) : core_(options) {}

    /// Waits until there is room, and puts a copy of `item` into the queue.
    /// Throws: queue_shut_down; wire_error for an item that is larger than bytes_max, or cannot be
    /// in a queue.
    void put(const T& item) {
        if (give(item, never) == answer::shut_down) core_.throw_shut_down("put()");
    }
    /// The same without waiting, or until `timeout` has passed. Returns: false when it was full.
    bool try_put(const T& item) { return try_put_until(item, impl::shared_queue_core::at_once); }
    bool try_put_for(const T& item, duration timeout) {
        return try_put_until(item, impl::shared_queue_core::after(timeout));
    }

    /// Waits for an item and takes it out of the queue.
    /// Throws: queue_shut_down once the queue is shut down and empty; wire_error, and what the
    /// item's type throws when it is read: then the item is lost.
    [[nodiscard]] T get() {
        if (std::optional<T> item = next()) return std::move(*item);
        core_.throw_shut_down("get()");
    }
    /// The same for a loop: `while (auto item = jobs.next())`.
    /// Returns: an item, or nothing once the queue is shut down and empty.
    [[nodiscard]] std::optional<T> next() {
        impl::shared_queue_core::item item;
        if (core_.get(item, never) != answer::done) return std::nullopt;
        return read(item);
    }
    /// get() without waiting, or until `timeout` has passed. Returns: nothing when it was empty.
    [[nodiscard]] std::optional<T> try_get() {
        return try_get_until(impl::shared_queue_core::at_once);
    }
    [[nodiscard]] std::optional<T> try_get_for(duration timeout) {
        return try_get_until(impl::shared_queue_core::after(timeout));
    }

    /// Ends the queue for all processes: put() fails from now on, also for those who wait to put,
    /// and get() once the items that are left have been taken. `immediate` drops these.
    void shutdown(const queue_shutdown_options& options = {}) {
        core_.shut_down(options.immediate);
    }

    /// Items in the queue; a moment later it may be another number. So with the next three.
    [[nodiscard]] std::size_t size() const noexcept { return core_.size(); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] bool full() const noexcept { return size() >= capacity_max(); }
    [[nodiscard]] bool is_shut_down() const noexcept { return core_.is_shut_down(); }
    [[nodiscard]] std::size_t capacity_max() const noexcept { return core_.capacity_max(); }

private:
    using answer = impl::shared_queue_core::answer;
    friend struct crossing<shared_queue>;

    explicit shared_queue(impl::shared_queue_core core) noexcept : core_(std::move(core)) {}

    answer give(const T& item, time_point deadline) {
        wire_writer message;
        message.write(item);
        return core_.put(message, deadline);
    }
    bool try_put_until(const T& item, time_point deadline) {
        const answer given = give(item, deadline);
        if (given == answer::shut_down) core_.throw_shut_down("try_put()");
        return given == answer::done;
    }
    std::optional<T> try_get_until(time_point deadline) {
        impl::shared_queue_core::item item;
        const answer given = core_.get(item, deadline);
        if (given == answer::shut_down) core_.throw_shut_down("try_get()");
        if (given == answer::not_now) return std::nullopt;
        return read(item);
    }
    static std::optional<T> read(const impl::shared_queue_core::item& item) {
        memory_source source(std::span(item.bytes.get(), item.size));
        wire_reader from(source, item.size);
        std::optional<T> value(from.read<T>());
        from.finish();
        return value;
    }

    impl::shared_queue_core core_;
};

template <class T>
struct crossing<shared_queue<T>> {
    static void write(wire_writer& to, const shared_queue<T>& from) { from.core_.write(to); }
    static shared_queue<T> read(wire_reader& from) {
        return shared_queue<T>(impl::shared_queue_core::read(from));
    }
};

}  // namespace troika
