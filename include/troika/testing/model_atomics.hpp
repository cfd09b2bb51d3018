// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>
#include <utility>

namespace troika::testing {

namespace impl {

enum class value_form : unsigned char { number, signed_number, truth, pointer };

enum class atomic_operation : unsigned char {
    exchange, fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor
};

using atomic_change = std::uint64_t (*)(std::uint64_t value, std::uint64_t operand);

void construct_atomic(const void* address, value_form form, std::size_t bytes,
                      std::uint64_t value, std::source_location where) noexcept;
void destroy_atomic(const void* address) noexcept;
std::uint64_t load_atomic(const void* address, std::memory_order order,
                          std::source_location where) noexcept;
void store_atomic(const void* address, std::uint64_t value, std::memory_order order,
                  std::source_location where) noexcept;
std::uint64_t change_atomic(const void* address, atomic_operation operation, atomic_change change,
                            std::uint64_t operand, std::memory_order order,
                            std::source_location where) noexcept;
bool compare_exchange_atomic(const void* address, std::uint64_t& expected, std::uint64_t desired,
                             std::memory_order success, std::memory_order failure, bool weak,
                             std::source_location where) noexcept;
void construct_plain(const void* address, std::source_location where) noexcept;
void destroy_plain(const void* address) noexcept;
void read_plain(const void* address, std::source_location where) noexcept;
void write_plain(const void* address, std::source_location where) noexcept;
void pause_thread(std::source_location where) noexcept;
void pass_barrier(bool heavy, std::source_location where) noexcept;
void wait_atomic(const void* address, std::uint32_t expected, std::source_location where) noexcept;
void wake_atomic(const void* address, int count, std::source_location where) noexcept;

/// The order of a failed swap when only one order is given, as std::atomic takes it.
constexpr std::memory_order failure_order(std::memory_order order) noexcept {
    if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
    return order == std::memory_order_release ? std::memory_order_relaxed : order;
}

}  // namespace impl

/// A std::atomic whose every access is a step of the model() that runs; of at most 8 bytes.
///
/// Differs from std::atomic in that it has no operators and no notify, and in that values are
/// compared and kept by their bytes.
/// Thread: those of one scenario.
template <class T>
class alignas(T) model_atomic {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t),
                  "the model checker knows atomic objects of at most 8 bytes");
    using order = std::memory_order;
    using place = std::source_location;
    static constexpr bool counts = std::is_integral_v<T> && !std::is_same_v<T, bool>;

    // Of fetch_add and fetch_sub: a pointer moves by elements.
    template <class U>
    struct difference_of { using type = U; };
    template <class U>
    struct difference_of<U*> { using type = std::ptrdiff_t; };

public:
    using value_type = T;
    using difference_type = typename difference_of<T>::type;
    static constexpr bool is_always_lock_free = true;

    model_atomic(place where = place::current()) noexcept : model_atomic(T(), where) {}
    model_atomic(T value, place where = place::current()) noexcept {
        impl::construct_atomic(this, form(), sizeof value, bits(value), where);
    }
    model_atomic(const model_atomic&) = delete;
    model_atomic& operator=(const model_atomic&) = delete;
    ~model_atomic() { impl::destroy_atomic(this); }

    [[nodiscard]] bool is_lock_free() const noexcept { return true; }

    [[nodiscard]] T load(order how = order::seq_cst,
                         place where = place::current()) const noexcept {
        return from(impl::load_atomic(this, how, where));
    }

    void store(T value, order how = order::seq_cst, place where = place::current()) noexcept {
        impl::store_atomic(this, bits(value), how, where);
    }

    T exchange(T value, order how = order::seq_cst, place where = place::current()) noexcept {
        return change(impl::atomic_operation::exchange,
                      [](std::uint64_t, std::uint64_t given) { return given; }, bits(value), how,
                      where);
    }

    bool compare_exchange_weak(T& expected, T desired, order success, order failure,
                               place where = place::current()) noexcept {
        return swap(expected, desired, success, failure, true, where);
    }
    bool compare_exchange_weak(T& expected, T desired, order how = order::seq_cst,
                               place where = place::current()) noexcept {
        return swap(expected, desired, how, impl::failure_order(how), true, where);
    }
    bool compare_exchange_strong(T& expected, T desired, order success, order failure,
                                 place where = place::current()) noexcept {
        return swap(expected, desired, success, failure, false, where);
    }
    bool compare_exchange_strong(T& expected, T desired, order how = order::seq_cst,
                                 place where = place::current()) noexcept {
        return swap(expected, desired, how, impl::failure_order(how), false, where);
    }

    T fetch_add(difference_type by, order how = order::seq_cst,
                place where = place::current()) noexcept
        requires(counts || std::is_pointer_v<T>)
    {
        return change(impl::atomic_operation::fetch_add, &moved<true>, difference_bits(by), how,
                      where);
    }
    T fetch_sub(difference_type by, order how = order::seq_cst,
                place where = place::current()) noexcept
        requires(counts || std::is_pointer_v<T>)
    {
        return change(impl::atomic_operation::fetch_sub, &moved<false>, difference_bits(by), how,
                      where);
    }
    T fetch_and(T mask, order how = order::seq_cst, place where = place::current()) noexcept
        requires counts
    {
        return change(impl::atomic_operation::fetch_and,
                      [](std::uint64_t a, std::uint64_t b) { return a & b; }, bits(mask), how,
                      where);
    }
    T fetch_or(T mask, order how = order::seq_cst, place where = place::current()) noexcept
        requires counts
    {
        return change(impl::atomic_operation::fetch_or,
                      [](std::uint64_t a, std::uint64_t b) { return a | b; }, bits(mask), how,
                      where);
    }
    T fetch_xor(T mask, order how = order::seq_cst, place where = place::current()) noexcept
        requires counts
    {
        return change(impl::atomic_operation::fetch_xor,
                      [](std::uint64_t a, std::uint64_t b) { return a ^ b; }, bits(mask), how,
                      where);
    }

private:
    static constexpr impl::value_form form() noexcept {
        if (std::is_pointer_v<T>) return impl::value_form::pointer;
        if (std::is_same_v<T, bool>) return impl::value_form::truth;
        if (std::is_signed_v<T>) return impl::value_form::signed_number;
        return impl::value_form::number;
    }
    static std::uint64_t bits(T value) noexcept {
        std::uint64_t all = 0;
        std::memcpy(&all, &value, sizeof value);
        return all;
    }
    static T from(std::uint64_t all) noexcept {
        T value{};
        std::memcpy(&value, &all, sizeof value);
        return value;
    }
    static std::uint64_t difference_bits(difference_type by) noexcept {
        return static_cast<std::uint64_t>(by);
    }
    template <bool forward>
    static std::uint64_t moved(std::uint64_t value, std::uint64_t by) noexcept {
        if constexpr (std::is_pointer_v<T>) {
            const auto steps = static_cast<std::ptrdiff_t>(by);
            return bits(forward ? from(value) + steps : from(value) - steps);
        } else {
            // Unsigned, so that it wraps as the hardware does; the bytes above T are cut off.
            return bits(static_cast<T>(forward ? value + by : value - by));
        }
    }
    T change(impl::atomic_operation what, impl::atomic_change how, std::uint64_t operand, order as,
             place where) noexcept {
        return from(impl::change_atomic(this, what, how, operand, as, where));
    }
    bool swap(T& expected, T desired, order success, order failure, bool weak,
              place where) noexcept {
        std::uint64_t seen = bits(expected);
        if (impl::compare_exchange_atomic(this, seen, bits(desired), success, failure, weak, where))
            return true;
        expected = from(seen);
        return false;
    }
};

/// An ordinary variable that threads share: model() reports a data race on it.
///
/// Thread: those of one scenario, which keep apart by other means.
template <class T>
class model_plain {
    using place = std::source_location;

public:
    model_plain(place where = place::current()) : value_() { impl::construct_plain(this, where); }
    model_plain(T value, place where = place::current()) : value_(std::move(value)) {
        impl::construct_plain(this, where);
    }
    model_plain(const model_plain&) = delete;
    model_plain& operator=(const model_plain&) = delete;
    ~model_plain() { impl::destroy_plain(this); }

    [[nodiscard]] const T& read(place where = place::current()) const noexcept {
        impl::read_plain(this, where);
        return value_;
    }
    void write(T value, place where = place::current()) {
        change(where) = std::move(value);
    }
    /// Returns: the value, to be written or changed at once.
    T& change(place where = place::current()) noexcept {
        impl::write_plain(this, where);
        return value_;
    }

private:
    T value_;
};

/// Stands for `std_atomics` as the last parameter of a lock-free template: within model(), each
/// access is a point where another thread may run, and each load may find what the memory model
/// of C++ allows. The same members and orders as there; see model() for what is explored.
struct model_atomics {
    template <class T>
    using atomic = model_atomic<T>;
    template <class T>
    using plain = model_plain<T>;

    static void pause(std::source_location where = std::source_location::current()) noexcept {
        impl::pause_thread(where);
    }
    static void yield(std::source_location where = std::source_location::current()) noexcept {
        impl::pause_thread(where);
    }

    /// What a thread did before a light barrier that comes before a heavy one is seen by who passed
    /// the heavy one; and the other way round. Two light barriers order nothing between them, and
    /// the total order of the seq_cst operations does not know of barriers.
    static void light_barrier(
        std::source_location where = std::source_location::current()) noexcept {
        impl::pass_barrier(false, where);
    }
    static bool heavy_barrier(
        std::source_location where = std::source_location::current()) noexcept {
        impl::pass_barrier(true, where);
        return true;
    }

    /// Blocks when the newest value of `word` is `expected`; a wake-up that never comes is a
    /// deadlock. The look at `word` is in the total order of the seq_cst operations, as the
    /// kernel has a full barrier before it; it acquires nothing.
    static void wait(const atomic<std::uint32_t>& word, std::uint32_t expected,
                     std::source_location where = std::source_location::current()) noexcept {
        impl::wait_atomic(&word, expected, where);
    }

    /// Wakes `count` of those that wait, any of them.
    static void wake(const atomic<std::uint32_t>& word, int count,
                     std::source_location where = std::source_location::current()) noexcept {
        impl::wake_atomic(&word, count, where);
    }
};

}  // namespace troika::testing
