// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/listing.hpp>
#include <troika/sync/lock_word.hpp>
#include <troika/sync/parcel.hpp>
#include <troika/sync/wait_line.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace troika {

/// Something was asked of a queue that was shut down.
class queue_shut_down : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// How a queue is made.
struct queue_options {
    std::size_t capacity_max;     ///< items that wait in it before put() waits; at least 1
    const char* name = nullptr;   ///< for the task tree; must outlive the queue
};

namespace impl {

/// A queue that does not know the type of its items: the lines of those who wait, and the accounts.
///
/// Somebody waits to get only while the shelf is empty, and to put only while it is full; so an
/// item goes to the first who waits to get without touching the shelf, and room on the shelf to the
/// first who waits to put.
/// Thread: any.
class queue_core {
public:
    enum class answer : unsigned char {
        done,
        not_now,     // full, or empty; a place that was given stands in line now
        shut_down,
    };

    /// The untyped part of a put: the parcel is here until the queue has it.
    class put_place : public wait_place {
    public:
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[nodiscard]] std::string label() const override;

    protected:
        put_place(queue_core& of, parcel& item) noexcept : of_(of), item_(&item) {}
        put_place(put_place&& other) noexcept
            : wait_place(std::move(other)), of_(other.of_),
              item_(std::exchange(other.item_, nullptr)) {}
        ~put_place() = default;
        void finish() const;

        queue_core& of_;
        parcel* item_;
        bool refused_ = false;

    private:
        friend class queue_core;
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;
    };

    /// The untyped part of a get: where the parcel is delivered.
    class get_place : public wait_place {
    public:
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[nodiscard]] std::string label() const override;

    protected:
        explicit get_place(queue_core& of) noexcept : of_(of) {}
        get_place(get_place&&) noexcept = default;
        ~get_place() = default;
        void throw_if_refused() const;

        queue_core& of_;
        parcel* item_ = nullptr;
        bool refused_ = false;

    private:
        friend class queue_core;
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;
    };

    /// What join() gives: an awaiter.
    class [[nodiscard("waits only when it is awaited, or asked to block()")]] join_operation final
        : public wait_place {
    public:
        explicit join_operation(queue_core& of) noexcept : of_(of) {}
        join_operation(join_operation&&) noexcept = default;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_resume() const { throw_if_aborted(); }
        /// Blocks this thread instead. Thread: any that does not run an event loop.
        void block() { block_thread(); }
        [[nodiscard]] std::string label() const override;

    private:
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;
        queue_core& of_;
    };

    /// Throws: std::invalid_argument when the capacity is 0.
    queue_core(parcel_shelf& shelf, const queue_options& options);

    /// Takes `item`, unless the queue is full or shut down; where it is full, `place` lines up.
    answer put(parcel& item, put_place* place) noexcept;
    /// Gives the next item into `item`; where there is none, `place` lines up.
    answer get(parcel*& item, get_place* place) noexcept;

    /// Throws: std::logic_error.
    void task_done();
    /// Returns: a shelf's worth of parcels that nobody will get, linked by `next`.
    parcel* shut_down(bool immediate) noexcept;

    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] std::size_t unfinished() const noexcept;
    [[nodiscard]] bool is_shut_down() const noexcept { return (word_.load() & shut_bit) != 0; }
    [[nodiscard]] std::size_t capacity_max() const noexcept { return capacity_max_; }

    [[noreturn]] void throw_shut_down(const char* operation) const;

private:
    template <class Read>
    [[nodiscard]] std::size_t read(Read get) const noexcept;

    static constexpr std::uint64_t shut_bit = 2;

    const std::size_t capacity_max_;
    const char* const name_;
    mutable lock_word word_;

    // Guarded by word_.
    parcel_shelf& shelf_;
    std::size_t size_ = 0;         // on the shelf
    std::size_t size_most_ = 0;    // as many as there ever were
    std::size_t unfinished_ = 0;   // put, and not yet told to be done
    wait_line<get_place> getters_;
    wait_line<put_place> putters_;
    wait_line<join_operation> joiners_;
    listing listing_;
};

}  // namespace impl
}  // namespace troika
