// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/fork.hpp>
#include <troika/pool/merge_kernels.hpp>

#include <algorithm>
#include <cstddef>

namespace troika::impl {

/// Merge sort on several threads, stable, for elements that are copied bit by bit: between the
/// range and a buffer of the same size, to and fro.
template <class T, class Less, parallel_fork Fork>
class parallel_merge_sort {
public:
    /// Sorts `all` with `buffer`, which has as many places. If `less` throws, or is no strict weak
    /// order, `all` is permuted somehow.
    static void run(stretch<T> all, T* buffer, Less less, Fork& fork) {
        const parallel_merge_sort work(less, fork);
        work.sort(all, buffer, false);
    }

private:
    parallel_merge_sort(Less less, Fork& fork) : less_(less), fork_(fork) {}

    // Leaves the result in `other` if `to_other`, but then a permutation in `here`; also if it
    // throws.
    void sort(stretch<T> here, T* other, bool to_other) const {
        if (here.size <= small_sort_max<T>) {
            small_sort_by_copy(here.data, here.size, less_);
            if (to_other) copy_bits(here.data, here.size, other);
            return;
        }
        const std::ptrdiff_t half = here.size / 2;
        const auto sort_left = [&] { sort(here.first(half), other, !to_other); };
        const auto sort_right = [&] { sort(here.from(half), other + half, !to_other); };
        if (here.size > fork_grain) {
            fork_(sort_left, sort_right);
        } else {
            sort_left();
            sort_right();
        }
        if (to_other) {
            merge(here, half, other);
            return;
        }
        const stretch<T> halves{other, here.size};
        struct rescue {
            stretch<T> from;
            T* into;
            ~rescue() { copy_bits(from.data, from.size, into); }
        } guard{halves, here.data};
        merge(halves, half, here.data);
        guard.from.size = 0;
    }

    void merge(stretch<T> halves, std::ptrdiff_t half, T* into) const {
        parallel_merge(halves.first(half), halves.from(half), into, merge_grain, less_, fork_);
    }

    const Less less_;
    Fork& fork_;
};

}  // namespace troika::impl
