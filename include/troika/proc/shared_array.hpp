// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/proc/shared_memory.hpp>
#include <troika/proc/wire_codec.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

template <class T>
inline constexpr bool is_shared_atomic = false;
template <class T>
inline constexpr bool is_shared_atomic<std::atomic<T>> =
    std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> &&
    std::atomic<T>::is_always_lock_free;

}  // namespace impl

/// What several processes can have in common memory: plain values, and atomics that need no lock.
/// Not pointers; those inside of a class are not noticed, and mean nothing elsewhere.
template <class T>
concept shareable = impl::is_shared_atomic<std::remove_const_t<T>> ||
                    (std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> &&
                     !std::is_member_pointer_v<T> && !std::is_volatile_v<T>);

/// Elements in memory that several processes have: `shared_array<float> image{width * height};`.
///
/// A handle to a shared_memory, and like that: copies share the elements, it crosses to other
/// processes by reference and never copies them. A const handle lets elements be changed, as a
/// std::span does; a `shared_array<const T>`, into which every shared_array<T> can be turned, does
/// not. A contiguous range.
/// A function that takes it: `void blur(shared_array<float> image, std::size_t row)`, submitted by
/// `processes.submit<&blur>(image, 7)`.
template <shareable T>
class shared_array {
public:
    using element_type = T;
    using value_type = std::remove_const_t<T>;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using pointer = T*;
    using iterator = T*;

    /// Of no elements.
    shared_array() noexcept = default;
    /// `size` elements whose bytes are all 0.
    /// Throws: std::bad_array_new_length; as shared_memory.
    explicit shared_array(std::size_t size) : memory_(bytes_of(size)), size_(size) {}
    /// `size` copies of `value`.
    shared_array(std::size_t size, const value_type& value)
        requires std::is_copy_constructible_v<value_type>
        : shared_array(size) {
        std::fill_n(writable(), size, value);
    }
    /// Copies of `elements`.
    explicit shared_array(std::span<const value_type> elements)
        requires std::is_copy_constructible_v<value_type>
        : shared_array(elements.size()) {
        std::copy(elements.begin(), elements.end(), writable());
    }
    /// The same elements, only to be read.
    template <class U>
        requires(std::is_const_v<T> && std::is_same_v<U, value_type>)
    shared_array(const shared_array<U>& other) noexcept
        : memory_(other.memory()), size_(other.size()) {}
    /// The beginning of `memory` as elements. Requires: that it is large enough.
    static shared_array of(shared_memory memory, std::size_t size) {
        check(memory.size() >= bytes_of(size), "a shared_array does not fit into its memory");
        shared_array made;
        made.memory_ = std::move(memory);
        made.size_ = size;
        return made;
    }

    [[nodiscard]] T* data() const noexcept { return reinterpret_cast<T*>(memory_.data()); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// Requires: index < size().
    [[nodiscard]] T& operator[](std::size_t index) const noexcept { return data()[index]; }
    [[nodiscard]] T* begin() const noexcept { return data(); }
    [[nodiscard]] T* end() const noexcept { return data() + size_; }
    [[nodiscard]] std::span<T> span() const noexcept { return {data(), size_}; }
    operator std::span<T>() const noexcept { return span(); }

    /// What the elements are in. Lifetime: a handle of its own.
    [[nodiscard]] const shared_memory& memory() const noexcept { return memory_; }

private:
    static std::size_t bytes_of(std::size_t size) {
        static_assert(alignof(T) <= 4096);
        if (size > static_cast<std::size_t>(PTRDIFF_MAX) / sizeof(T))
            throw std::bad_array_new_length();
        return size * sizeof(T);
    }
    value_type* writable() const noexcept { return reinterpret_cast<value_type*>(memory_.data()); }

    shared_memory memory_;
    std::size_t size_ = 0;
};

template <shareable T>
struct crossing<shared_array<T>> {
    static void write(wire_writer& to, const shared_array<T>& from) {
        to.put(static_cast<std::uint64_t>(from.size()));
        to.write(from.memory());
    }
    static shared_array<T> read(wire_reader& from) {
        const auto size = from.get<std::uint64_t>();
        auto memory = from.read<shared_memory>();
        if (size > memory.size() / sizeof(T))
            wire_reader::fail("a shared_array of a message is larger than its memory");
        return shared_array<T>::of(std::move(memory), static_cast<std::size_t>(size));
    }
};

}  // namespace troika
