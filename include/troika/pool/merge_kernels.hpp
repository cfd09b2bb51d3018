// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/fork.hpp>
#include <troika/pool/small_sort.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

// Merging elements that are copied bit by bit (sorts_by_copy) from one place to another.

namespace troika::impl {

/// Elements in order, or not yet, at [data, data + size).
template <class T>
struct stretch {
    T* data;
    std::ptrdiff_t size;

    [[nodiscard]] stretch first(std::ptrdiff_t count) const noexcept { return {data, count}; }
    [[nodiscard]] stretch from(std::ptrdiff_t place) const noexcept {
        return {data + place, size - place};
    }
};

template <class T>
void copy_bits(const T* from, std::ptrdiff_t size, T* into) noexcept {
    if (size > 0)
        std::memcpy(static_cast<void*>(into), from, static_cast<std::size_t>(size) * sizeof(T));
}

/// Merges `left` and `right`, which are sorted, into `into`, elsewhere. Stable.
///
/// `left` and `right` stay as they are, also if `less` throws. If it is no strict weak order, the
/// result is somehow permuted.
template <class T, class Less>
void merge_stretches(stretch<T> left, stretch<T> right, T* into, Less less) {
    if (left.size > 0 && right.size > 0) {
        if (!less(*right.data, left.data[left.size - 1])) {
            copy_bits(left.data, left.size, into);
            copy_bits(right.data, right.size, into + left.size);
            return;
        }
        if (less(right.data[right.size - 1], *left.data)) {
            copy_bits(right.data, right.size, into);
            copy_bits(left.data, left.size, into + right.size);
            return;
        }
    }
    T* low = left.data;
    T* low_end = left.data + left.size;
    T* high = right.data;
    T* high_end = right.data + right.size;
    T* into_end = into + left.size + right.size;
    // From both ends at once: two chains of instructions that do not wait for each other. Neither
    // can take more than half of what is left on a side, so that they do not meet in a round.
    for (;;) {
        const std::ptrdiff_t steps = std::min(low_end - low, high_end - high) / 2;
        if (steps == 0) break;
        for (std::ptrdiff_t i = 0; i < steps; ++i) {
            const bool take_high = less(*high, *low);
            *into = std::move(*one_of(take_high, high, low));
            ++into;
            high += take_high;
            low += !take_high;
            const bool take_low = less(high_end[-1], low_end[-1]);
            --into_end;
            *into_end = std::move(*one_of(take_low, low_end - 1, high_end - 1));
            low_end -= take_low;
            high_end -= !take_low;
        }
    }
    // One side has at most one left.
    while (low != low_end && high != high_end) {
        const bool take_high = less(*high, *low);
        *into++ = std::move(take_high ? *high : *low);
        high += take_high;
        low += !take_high;
    }
    copy_bits(low, low_end - low, into);
    copy_bits(high, high_end - high, into + (low_end - low));
}

/// How many of the first `count` elements of the merged whole come from `left`.
template <class T, class Less>
std::ptrdiff_t share_of_left(stretch<T> left, stretch<T> right, std::ptrdiff_t count, Less less) {
    std::ptrdiff_t low = std::max<std::ptrdiff_t>(0, count - right.size);
    std::ptrdiff_t high = std::min(count, left.size);
    while (low < high) {
        const std::ptrdiff_t middle = low + (high - low) / 2;
        // Of equal elements those of `left` come first.
        if (less(right.data[count - middle - 1], left.data[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/// The grain of merges of elements that are copied: they are quick.
inline constexpr std::ptrdiff_t merge_grain = fork_grain * 8;

/// As merge_stretches(), on several threads: the halves of the result, halves of them, and so on
/// down to `grain`, each from the parts of both sides that belong there.
template <class T, class Less, parallel_fork Fork>
void parallel_merge(stretch<T> left, stretch<T> right, T* into, std::ptrdiff_t grain, Less less,
                    Fork& fork) {
    const std::ptrdiff_t size = left.size + right.size;
    if (size <= grain) {
        merge_stretches(left, right, into, less);
        return;
    }
    const std::ptrdiff_t half = size / 2;
    const std::ptrdiff_t of_left = share_of_left(left, right, half, less);
    const std::ptrdiff_t of_right = half - of_left;
    fork(
        [&, of_left, of_right] {
            parallel_merge(left.first(of_left), right.first(of_right), into, grain, less, fork);
        },
        [&, of_left, of_right, half] {
            parallel_merge(left.from(of_left), right.from(of_right), into + half, grain, less,
                           fork);
        });
}

}  // namespace troika::impl
