// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/sort_order.hpp>

#include <cstddef>
#include <iterator>
#include <utility>

// Choosing a pivot, and moving what is smaller to the front.

namespace troika::impl {

template <class It, class Less>
It median_of_three(It a, It b, It c, Less less) {
    const bool b_less_a = less(*b, *a);
    const bool c_less_a = less(*c, *a);
    if (b_less_a != c_less_a) return a;
    const bool c_less_b = less(*c, *b);
    return b_less_a != c_less_b ? c : b;
}

/// A median of three of medians of three, and so on, of [a, a + size), [b, ...) and [c, ...).
template <class It, class Less>
It median_of_many(It a, It b, It c, sort_size<It> size, Less less) {
    if (size >= 8) {
        const sort_size<It> part = size / 8;
        a = median_of_many(a, a + part * 4, a + part * 7, part, less);
        b = median_of_many(b, b + part * 4, b + part * 7, part, less);
        c = median_of_many(c, c + part * 4, c + part * 7, part, less);
    }
    return median_of_three(a, b, c, less);
}

/// An element near the median, from a sample that grows with the square root of the size.
/// Requires: at least 8 elements.
template <class It, class Less>
It choose_pivot(It first, It last, Less less) {
    const sort_size<It> part = (last - first) / 8;
    const It a = first;
    const It b = first + part * 4;
    const It c = first + part * 7;
    return part < 8 ? median_of_three(a, b, c, less) : median_of_many(a, b, c, part, less);
}

/// Moves the elements of [first, last) for which `belongs_left` holds to the front.
/// Returns: where the others begin. If it throws, they are permuted somehow.
///
/// For elements that are copied bit by bit: each one goes through the same few instructions
/// whatever the answer. Source: O. Peters, L. Bergdoll, "branchless Lomuto partitioning" (2023).
template <class It, class Belongs>
It partition_by_copy(It first, It last, Belongs belongs_left) {
    using T = sorted_type<It>;
    if (first == last) return first;
    // The element that is missing while others move on, and where there is room for it.
    struct hole {
        It at;
        T value;
        ~hole() { *at = std::move(value); }
    };
    It border = first;
    {
        hole gap{first, std::ranges::iter_move(first)};
        for (It next = std::next(first); next != last; ++next) {
            const bool left = belongs_left(*next);
            *gap.at = std::ranges::iter_move(border);
            *border = std::ranges::iter_move(next);
            gap.at = next;
            border += left;
        }
        const bool left = belongs_left(gap.value);
        *gap.at = std::ranges::iter_move(border);
        gap.at = border;
        border += left;
    }
    return border;
}

/// The same for elements of any kind: swaps a pair of misplaced ones at a time.
template <class It, class Belongs>
It partition_by_swap(It first, It last, Belongs belongs_left) {
    for (;;) {
        while (first != last && belongs_left(*first)) ++first;
        do {
            if (first == last) return first;
            --last;
        } while (!belongs_left(*last));
        // Asked again, it may have answered otherwise, when there is no order.
        if (first == last) [[unlikely]]
            return first;
        std::ranges::iter_swap(first, last);
        ++first;
    }
}

template <class It, class Belongs>
It partition_in_place(It first, It last, Belongs belongs_left) {
    if constexpr (sorts_by_copy<sorted_type<It>>)
        return partition_by_copy(first, last, belongs_left);
    else
        return partition_by_swap(first, last, belongs_left);
}

}  // namespace troika::impl
