// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/fork.hpp>
#include <troika/pool/partition.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace troika::impl {

/// Does what partition_in_place() does on several threads, without memory: divides parts of the
/// range beside each other, then swaps what lies on the wrong side of the common border.
template <class It>
class parallel_partition {
public:
    template <class Belongs, parallel_fork Fork>
    static It run(It first, It last, Belongs belongs_left, Fork& fork) {
        parallel_partition work(fork_parts(last - first, fork.concurrency()));
        auto divide_part = [&work, &belongs_left, first, last](std::size_t i) {
            part& mine = work.parts_[i];
            mine.begin = first + part_begin(last - first, i, work.count_);
            mine.end = first + part_begin(last - first, i + 1, work.count_);
            mine.border = partition_in_place(mine.begin, mine.end, belongs_left);
        };
        fork_each(fork, 0, work.count_, divide_part);

        It border = first;
        for (std::size_t i = 0; i < work.count_; ++i)
            border += work.parts_[i].border - work.parts_[i].begin;
        work.find_misplaced(border);
        const size_type pairs = work.misplaced_;
        const std::size_t count = fork_parts(pairs, fork.concurrency());
        auto swap_part = [&work, pairs, count](std::size_t i) {
            work.swap_misplaced(part_begin(pairs, i, count), part_begin(pairs, i + 1, count));
        };
        fork_each(fork, 0, count, swap_part);
        return border;
    }

private:
    using size_type = sort_size<It>;

    struct part {
        It begin{};
        It border{};
        It end{};
    };

    // Elements on the wrong side, and how many of them lie in the intervals before.
    struct interval {
        It begin{};
        size_type size = 0;
        size_type before = 0;
    };
    using intervals = std::array<interval, fork_parts_max>;

    explicit parallel_partition(std::size_t count) : count_(count) {}

    // As many are too far left as are too far right.
    void find_misplaced(It border) {
        size_type high = 0;
        size_type low = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const part& here = parts_[i];
            const size_type left = std::min(border, here.end) - std::min(border, here.border);
            high_[i] = {here.border, left, high};
            high += left;
            const It low_begin = std::max(border, here.begin);
            const size_type right = std::max(border, here.border) - low_begin;
            low_[i] = {low_begin, right, low};
            low += right;
        }
        misplaced_ = high;
    }

    // Swaps the pairs [from, to) of all.
    void swap_misplaced(size_type from, size_type to) {
        const interval* high = containing(high_, from);
        const interval* low = containing(low_, from);
        while (from < to) {
            while (from - high->before >= high->size) ++high;
            while (from - low->before >= low->size) ++low;
            const size_type at_high = from - high->before;
            const size_type at_low = from - low->before;
            const size_type run =
                std::min({to - from, high->size - at_high, low->size - at_low});
            for (size_type i = 0; i < run; ++i)
                std::ranges::iter_swap(high->begin + (at_high + i), low->begin + (at_low + i));
            from += run;
        }
    }

    static const interval* containing(const intervals& all, size_type place) {
        const interval* found = all.data();
        while (place - found->before > found->size) ++found;
        return found;
    }

    std::array<part, fork_parts_max> parts_;
    intervals high_;   // what lies before the border and belongs behind it
    intervals low_;    // what lies behind the border and belongs before it
    std::size_t count_;
    size_type misplaced_ = 0;
};

}  // namespace troika::impl
