// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/fork.hpp>
#include <troika/pool/parallel_merge_sort.hpp>
#include <troika/pool/parallel_move_sort.hpp>
#include <troika/pool/sort_kernels.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

// Which of the stable sorts an element type gets.

namespace troika::impl {

/// Memory for `size` elements, which others construct and destroy.
template <class T>
class raw_buffer {
public:
    /// Throws: std::bad_alloc.
    explicit raw_buffer(std::ptrdiff_t size)
        : size_(static_cast<std::size_t>(size)), data_(std::allocator<T>().allocate(size_)) {}
    raw_buffer(const raw_buffer&) = delete;
    raw_buffer& operator=(const raw_buffer&) = delete;
    ~raw_buffer() { std::allocator<T>().deallocate(data_, size_); }

    [[nodiscard]] T* data() const noexcept { return data_; }

private:
    std::size_t size_;
    T* data_;
};

/// Makes `first[order[i]]` the element at `first[i]`, for each i, and `order` worthless.
/// If moving an element throws, that element may be lost.
template <class It>
void permute_in_place(It first, stretch<sort_size<It>> order) {
    for (std::ptrdiff_t i = 0; i < order.size; ++i) {
        if (order.data[i] == i) continue;
        sorted_type<It> lifted = std::ranges::iter_move(first + i);
        std::ptrdiff_t free = i;
        for (std::ptrdiff_t next = order.data[i]; next != i; next = order.data[next]) {
            first[free] = std::ranges::iter_move(first + next);
            order.data[free] = free;
            free = next;
        }
        first[free] = std::move(lifted);
        order.data[free] = free;
    }
}

/// Sorts elements of any kind by sorting their numbers, then moving each one to its place. If
/// `less` throws, the elements have not been touched.
template <class It, class Less, parallel_fork Fork>
void stable_sort_by_number(It first, It last, Less less, Fork& fork) {
    using number = sort_size<It>;
    const number size = last - first;
    const raw_buffer<number> order_memory(size);
    const raw_buffer<number> buffer(size);
    const stretch<number> order{order_memory.data(), size};
    for (number i = 0; i < size; ++i) order.data[i] = i;
    const auto less_at = [first, less](number left, number right) {
        return less(first[left], first[right]);
    };
    parallel_merge_sort<number, decltype(less_at), Fork>::run(order, buffer.data(), less_at, fork);
    permute_in_place(first, order);
}

/// Sorts [first, last), stable, with memory for as many elements or numbers.
/// Throws: std::bad_alloc before it touches anything; what `less` throws.
template <class It, class Less, parallel_fork Fork>
void stable_sort(It first, It last, Less less, Fork& fork) {
    using T = sorted_type<It>;
    if (const sorted_run<It> run = run_at_front(first, last, less); run.end == last) {
        // Strictly descending: no two are equal.
        if (run.descends) reverse_elements(first, last);
        return;
    }
    const sort_size<It> size = last - first;
    if constexpr (sorts_by_copy<T> && std::contiguous_iterator<It>) {
        const stretch<T> all{std::to_address(first), size};
        if (size <= small_sort_max<T>) {
            small_sort_by_copy(all.data, size, less);
            return;
        }
        const raw_buffer<T> buffer(size);
        parallel_merge_sort<T, Less, Fork>::run(all, buffer.data(), less, fork);
    } else if constexpr (std::is_nothrow_move_constructible_v<T> &&
                         std::is_nothrow_move_assignable_v<T>) {
        if (size <= small_sort_max<T>) {
            small_sort(first, last, less);
            return;
        }
        const raw_buffer<T> buffer(size);
        parallel_move_sort<It, Less, Fork>::run(first, last, buffer.data(), less, fork);
    } else {
        stable_sort_by_number(first, last, less, fork);
    }
}

}  // namespace troika::impl
