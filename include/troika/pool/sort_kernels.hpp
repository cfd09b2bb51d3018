// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/partition.hpp>
#include <troika/pool/small_sort.hpp>

#include <bit>
#include <cstddef>
#include <iterator>
#include <utility>

// Sorting on one thread, without memory: quicksort, heap sort where pivots are bad for too long.

namespace troika::impl {

/// O(n log n) whatever the elements. If `less` throws, they are permuted somehow.
template <class It, class Less>
void heap_sort(It first, It last, Less less) {
    using size_type = sort_size<It>;
    const auto sift = [&](size_type at, size_type size) {
        for (size_type child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && less(first[child], first[child + 1])) ++child;
            if (!less(first[at], first[child])) return;
            std::ranges::iter_swap(first + at, first + child);
            at = child;
        }
    };
    const size_type size = last - first;
    for (size_type at = size / 2; at > 0; --at) sift(at - 1, size);
    for (size_type left = size - 1; left > 0; --left) {
        std::ranges::iter_swap(first, first + left);
        sift(0, left);
    }
}

/// Where the elements that are in order from the front end: not descending, or descending.
template <class It>
struct sorted_run {
    It end;
    bool descends;
};

template <class It, class Less>
sorted_run<It> run_at_front(It first, It last, Less less) {
    if (last - first < 2) return {last, false};
    It next = std::next(first);
    const bool descends = less(*next, *first);
    do ++next;
    while (next != last && less(*next, *std::prev(next)) == descends);
    return {next, descends};
}

template <class It>
void reverse_elements(It first, It last) {
    while (last - first > 1) {
        --last;
        std::ranges::iter_swap(first, last);
        ++first;
    }
}

/// How often a quicksort of `size` elements may divide badly before it gives up.
inline int bad_pivots_max(std::size_t size) noexcept {
    return static_cast<int>(std::bit_width(size));
}

/// What one step of quicksort has made of a range.
template <class It>
struct division {
    It left_end;      ///< [first, left_end) is still to be sorted,
    It right_begin;   ///< and [right_begin, last); what is between is in its place
    bool is_bad;      ///< one of them is nearly everything
};

/// Swaps some elements of an unlucky range, to break patterns that deceive choose_pivot().
template <class It>
void stir(It first, It last) {
    const sort_size<It> size = last - first;
    if (size < 16) return;
    const sort_size<It> quarter = size / 4;
    for (sort_size<It> i = 0; i < 3; ++i) {
        std::ranges::iter_swap(first + i, first + quarter + i);
        std::ranges::iter_swap(last - 1 - i, last - 1 - quarter - i);
    }
}

/// Divides [first, last) with `partition`, which is called as partition_in_place() is.
///
/// `has_lower_bound`: the element before `first` is not greater than any here. When the pivot is
/// no greater than that, all that equal it are put to the front and need no more sorting: few
/// distinct elements are sorted in time proportional to their number.
template <class It, class Less, class Partition>
division<It> divide(It first, It last, bool has_lower_bound, Less less, Partition partition) {
    std::ranges::iter_swap(first, choose_pivot(first, last, less));
    const It rest = std::next(first);
    // A copy spares the kernel reading it again at each step.
    using T = sorted_type<It>;
    const auto with_pivot = [&](auto divide_by) {
        if constexpr (sorts_by_copy<T>) {
            T pivot = std::ranges::iter_move(first);
            return divide_by(pivot);
        } else {
            return divide_by(*first);
        }
    };
    if (has_lower_bound && !less(*std::prev(first), *first)) {
        const It greater = with_pivot([&](T& pivot) {
            return partition(rest, last, [&](T& element) { return !less(pivot, element); });
        });
        return {first, greater, false};
    }
    const It border = with_pivot([&](T& pivot) {
        return partition(rest, last, [&](T& element) { return less(element, pivot); });
    });
    const It place = std::prev(border);
    std::ranges::iter_swap(first, place);
    const sort_size<It> eighth = (last - first) / 8;
    const bool is_bad = place - first < eighth || last - border < eighth;
    if (is_bad) {
        stir(first, place);
        stir(border, last);
    }
    return {place, border, is_bad};
}

/// Sorts [first, last), where `has_lower_bound` is as for divide().
template <class It, class Less>
void quick_sort(It first, It last, bool has_lower_bound, int bad_pivots_left, Less less) {
    while (last - first > small_sort_max<sorted_type<It>>) {
        if (bad_pivots_left == 0) {
            heap_sort(first, last, less);
            return;
        }
        const division<It> parts = divide(first, last, has_lower_bound, less,
                                          [](It from, It to, auto belongs_left) {
                                              return partition_in_place(from, to, belongs_left);
                                          });
        bad_pivots_left -= parts.is_bad;
        // The call for the smaller part: the stack stays as deep as the logarithm.
        if (parts.left_end - first < last - parts.right_begin) {
            quick_sort(first, parts.left_end, has_lower_bound, bad_pivots_left, less);
            first = parts.right_begin;
            has_lower_bound = true;
        } else {
            quick_sort(parts.right_begin, last, true, bad_pivots_left, less);
            last = parts.left_end;
        }
    }
    small_sort(first, last, less);
}

/// Sorts on the calling thread. If `less` throws, or is no strict weak order, the elements are
/// permuted somehow.
template <class It, class Less>
void sort_alone(It first, It last, Less less) {
    const sorted_run<It> run = run_at_front(first, last, less);
    if (run.end == last) {
        if (run.descends) reverse_elements(first, last);
        return;
    }
    quick_sort(first, last, false, bad_pivots_max(static_cast<std::size_t>(last - first)), less);
}

}  // namespace troika::impl
