// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/sort_order.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

// Sorting a few elements, stably. Where they can be copied: fours by five comparisons, then merges
// from both ends at once, all without branches that depend on the order.
// Source: the facts about sort4 and merging from both ends are those of driftsort and ipnsort
// (L. Bergdoll, O. Peters, 2024).

namespace troika::impl {

/// Below it, small_sort() is the fastest way.
template <class T>
inline constexpr std::ptrdiff_t small_sort_max = sorts_by_copy<T> ? 32 : 20;

/// Sorts [first, last), of which [first, from) is sorted already. Stable.
/// If `less` throws, or is no strict weak order, they are permuted somehow.
template <class It, class Less>
void insert_into_sorted(It first, It from, It last, Less less) {
    using T = sorted_type<It>;
    for (It next = from; next != last; ++next) {
        if (!less(*next, *std::prev(next))) continue;
        if constexpr (std::is_nothrow_move_constructible_v<T> &&
                      std::is_nothrow_move_assignable_v<T>) {
            struct hole {
                It at;
                T value;
                ~hole() { *at = std::move(value); }
            } gap{next, std::ranges::iter_move(next)};
            do {
                *gap.at = std::ranges::iter_move(std::prev(gap.at));
                --gap.at;
            } while (gap.at != first && less(gap.value, *std::prev(gap.at)));
        } else {
            It at = next;
            do {
                std::ranges::iter_swap(at, std::prev(at));
                --at;
            } while (at != first && less(*at, *std::prev(at)));
        }
    }
}

/// Chooses without a branch: half of all guesses of the processor would be wrong.
template <class T>
T* one_of(bool is_first, T* first, T* second) noexcept {
#if __has_builtin(__builtin_unpredictable)
    return __builtin_unpredictable(is_first) ? first : second;
#else
    return __builtin_expect_with_probability(is_first, true, 0.5) ? first : second;
#endif
}

/// Sorts the four elements at `from` into `into`, elsewhere. Stable.
template <class T, class Less>
void sort_four(T* from, T* into, Less less) {
    const bool swap_low = less(from[1], from[0]);
    const bool swap_high = less(from[3], from[2]);
    T* const low_least = from + swap_low;
    T* const low_most = from + !swap_low;
    T* const high_least = from + 2 + swap_high;
    T* const high_most = from + 2 + !swap_high;
    const bool least_is_high = less(*high_least, *low_least);
    const bool most_is_low = less(*high_most, *low_most);
    T* const least = one_of(least_is_high, high_least, low_least);
    T* const most = one_of(most_is_low, low_most, high_most);
    // The two that are left, the one that stands first in front.
    T* const one = one_of(least_is_high, low_least, one_of(most_is_low, high_least, low_most));
    T* const other = one_of(most_is_low, high_most, one_of(least_is_high, low_most, high_least));
    const bool swap_middle = less(*other, *one);
    into[0] = std::move(*least);
    into[1] = std::move(*one_of(swap_middle, other, one));
    into[2] = std::move(*one_of(swap_middle, one, other));
    into[3] = std::move(*most);
}

/// Merges the sorted halves [0, size / 2) and [size / 2, size) of `from` into `into`, elsewhere:
/// the lower half of the result from the front, the upper one from the back. Stable.
/// If `less` is no strict weak order, the result is a copy of `from`.
template <class T, class Less>
void merge_halves(T* from, std::ptrdiff_t size, T* into, Less less) {
    const std::ptrdiff_t half = size / 2;
    T* left = from;
    T* right = from + half;
    T* left_back = right - 1;
    T* right_back = from + size - 1;
    // In `half` steps no end leaves `from`, whatever `less` says.
    for (std::ptrdiff_t i = 0; i < half; ++i) {
        const bool take_right = less(*right, *left);
        into[i] = std::move(*one_of(take_right, right, left));
        right += take_right;
        left += !take_right;
        const bool take_left = less(*right_back, *left_back);
        into[size - 1 - i] = std::move(*one_of(take_left, left_back, right_back));
        left_back -= take_left;
        right_back -= !take_left;
    }
    if (size % 2 != 0) {
        const bool in_left = left <= left_back;
        into[half] = std::move(*one_of(in_left, left, right));
        left += in_left;
        right += !in_left;
    }
    if (left != left_back + 1 || right != right_back + 1) [[unlikely]]
        std::memcpy(static_cast<void*>(into), from, static_cast<std::size_t>(size) * sizeof(T));
}

/// Uninitialised places for elements that are copied bit by bit.
template <class T, std::size_t Count>
struct scratch {
    alignas(T) std::array<std::byte, Count * sizeof(T)> bytes;

    T* data() noexcept { return reinterpret_cast<T*>(bytes.data()); }
};

/// Sorts up to `small_sort_max` elements that are copied bit by bit.
template <class T, class Less>
void small_sort_by_copy(T* const first, std::ptrdiff_t size, Less less) {
    if (size < 8) {
        insert_into_sorted(first, first + (size > 0), first + size, less);
        return;
    }
    scratch<T, 32> halves_memory;
    scratch<T, 8> fours_memory;
    T* const halves = halves_memory.data();
    T* const fours = fours_memory.data();
    const std::ptrdiff_t half = size / 2;
    const auto sort_half = [&](T* from, T* into, std::ptrdiff_t count) {
        std::ptrdiff_t sorted = 4;
        if (count >= 8) {
            sort_four(from, fours, less);
            sort_four(from + 4, fours + 4, less);
            merge_halves(fours, 8, into, less);
            sorted = 8;
        } else {
            sort_four(from, into, less);
        }
        std::memcpy(static_cast<void*>(into + sorted), from + sorted,
                    static_cast<std::size_t>(count - sorted) * sizeof(T));
        insert_into_sorted(into, into + sorted, into + count, less);
    };
    sort_half(first, halves, half);
    sort_half(first + half, halves + half, size - half);

    // Until here the elements are untouched; from here `halves` has all of them.
    struct rescue {
        T* into;
        T* from;
        std::size_t bytes;
        ~rescue() {
            if (from) std::memcpy(static_cast<void*>(into), from, bytes);
        }
    } guard{first, halves, static_cast<std::size_t>(size) * sizeof(T)};
    merge_halves(halves, size, first, less);
    guard.from = nullptr;
}

/// Sorts up to `small_sort_max` elements. Stable.
/// If `less` throws, or is no strict weak order, they are permuted somehow.
template <class It, class Less>
void small_sort(It first, It last, Less less) {
    if constexpr (sorts_by_copy<sorted_type<It>> && std::contiguous_iterator<It>)
        small_sort_by_copy(std::to_address(first), last - first, less);
    else if (first != last)
        insert_into_sorted(first, std::next(first), last, less);
}

}  // namespace troika::impl
