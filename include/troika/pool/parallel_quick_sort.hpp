// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/fork.hpp>
#include <troika/pool/parallel_partition.hpp>
#include <troika/pool/sort_kernels.hpp>

#include <algorithm>
#include <cstddef>

namespace troika::impl {

/// Quicksort on several threads. While there are fewer parts than threads, all threads partition
/// one part together; then they sort the parts beside each other.
template <class It, class Less, parallel_fork Fork>
class parallel_quick_sort {
public:
    /// As sort_alone().
    static void run(It first, It last, Less less, Fork& fork) {
        const sorted_run<It> run = run_at_front(first, last, less);
        if (run.end == last) {
            if (run.descends) reverse_elements(first, last);
            return;
        }
        const size_type size = last - first;
        parallel_quick_sort work(size, less, fork);
        work.sort(first, last, false, bad_pivots_max(static_cast<std::size_t>(size)));
    }

private:
    using size_type = sort_size<It>;

    parallel_quick_sort(size_type size, Less less, Fork& fork)
        : less_(less), fork_(fork), together_min_(fork_grain * 4) {
        const auto threads = static_cast<size_type>(fork.concurrency());
        together_min_ = std::max(together_min_, size / threads + size / (threads * 2));
    }

    void sort(It first, It last, bool has_lower_bound, int bad_pivots_left) {
        while (last - first > fork_grain) {
            if (bad_pivots_left == 0) break;   // which quick_sort() knows what to do about
            const bool together = last - first >= together_min_ && fork_.concurrency() > 1;
            const division<It> parts =
                divide(first, last, has_lower_bound, less_,
                       [this, together](It from, It to, auto belongs_left) {
                           if (!together) return partition_in_place(from, to, belongs_left);
                           return parallel_partition<It>::run(from, to, belongs_left, fork_);
                       });
            bad_pivots_left -= parts.is_bad;
            const size_type left = parts.left_end - first;
            const size_type right = last - parts.right_begin;
            if (std::min(left, right) * 4 >= fork_grain) {
                fork_(
                    [&] { sort(first, parts.left_end, has_lower_bound, bad_pivots_left); },
                    [&] { sort(parts.right_begin, last, true, bad_pivots_left); });
                return;
            }
            if (left < right) {
                quick_sort(first, parts.left_end, has_lower_bound, bad_pivots_left, less_);
                first = parts.right_begin;
                has_lower_bound = true;
            } else {
                quick_sort(parts.right_begin, last, true, bad_pivots_left, less_);
                last = parts.left_end;
            }
        }
        quick_sort(first, last, has_lower_bound, bad_pivots_left, less_);
    }

    const Less less_;
    Fork& fork_;
    size_type together_min_;   // a part of so many is partitioned by all
};

}  // namespace troika::impl
