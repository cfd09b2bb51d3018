// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/fork.hpp>
#include <troika/pool/merge_kernels.hpp>
#include <troika/pool/small_sort.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace troika::impl {

/// Merge sort on several threads, stable, for elements whose moves do not throw: merges take them
/// out of the range into a buffer and put them back in order.
///
/// Whatever `less` throws, every element comes back into the range.
template <class It, class Less, parallel_fork Fork>
class parallel_move_sort {
public:
    using T = sorted_type<It>;

    /// Sorts [first, last) with `buffer`, memory for as many elements. If `less` throws, or is no
    /// strict weak order, they are permuted somehow.
    static void run(It first, It last, T* buffer, Less less, Fork& fork) {
        const parallel_move_sort work(less, fork);
        work.sort(first, last, buffer);
    }

private:
    parallel_move_sort(Less less, Fork& fork) : less_(less), fork_(fork) {}

    // Elements out of the range, of which those up to the begins have left again, and where the
    // next one goes.
    struct lifted {
        stretch<T> left;
        stretch<T> right;
        It into;

        lifted(stretch<T> a, stretch<T> b, It where) : left(a), right(b), into(where) {}
        lifted(const lifted&) = delete;
        lifted& operator=(const lifted&) = delete;
        ~lifted() {
            while (left.size > 0) put_back(left);
            while (right.size > 0) put_back(right);
        }

        void put_back(stretch<T>& side) {
            *into = std::move(*side.data);
            std::destroy_at(side.data);
            ++into;
            side = side.from(1);
        }
        void leave() noexcept { left.size = right.size = 0; }
    };

    void sort(It first, It last, T* buffer) const {
        const std::ptrdiff_t size = last - first;
        if (size <= small_sort_max<T>) {
            small_sort(first, last, less_);
            return;
        }
        const std::ptrdiff_t half = size / 2;
        const It middle = first + half;
        const auto sort_left = [&] { sort(first, middle, buffer); };
        const auto sort_right = [&] { sort(middle, last, buffer + half); };
        const bool on_several = size > fork_grain && fork_.concurrency() > 1;
        if (on_several) {
            fork_(sort_left, sort_right);
        } else {
            sort_left();
            sort_right();
        }
        if (!less_(*middle, *std::prev(middle))) return;
        if (!on_several) {
            merge_alone(first, middle, last, buffer);
            return;
        }
        const stretch<T> all{buffer, size};
        lift(first, all);
        merge(all.first(half), all.from(half), first);
    }

    // Takes the left half out and merges it with the right one, which moves up.
    void merge_alone(It first, It middle, It last, T* buffer) const {
        const std::ptrdiff_t half = middle - first;
        for (std::ptrdiff_t i = 0; i < half; ++i)
            std::construct_at(buffer + i, std::ranges::iter_move(first + i));
        lifted out({buffer, half}, {buffer, 0}, first);
        while (out.left.size > 0 && middle != last) {
            if (less_(*middle, *out.left.data)) {
                *out.into = std::ranges::iter_move(middle);
                ++out.into;
                ++middle;
            } else {
                out.put_back(out.left);
            }
        }
    }

    void lift(It first, stretch<T> into) const {
        const std::size_t count = fork_parts(into.size, fork_.concurrency());
        auto lift_part = [first, into, count](std::size_t part) {
            const std::ptrdiff_t end = part_begin(into.size, part + 1, count);
            for (std::ptrdiff_t i = part_begin(into.size, part, count); i < end; ++i)
                std::construct_at(into.data + i, std::ranges::iter_move(first + i));
        };
        fork_each(fork_, 0, count, lift_part);
    }

    // Puts back what has been lifted, merged.
    void merge(stretch<T> left, stretch<T> right, It into) const {
        const std::ptrdiff_t size = left.size + right.size;
        lifted out(left, right, into);
        if (size <= fork_grain) {
            while (out.left.size > 0 && out.right.size > 0)
                out.put_back(less_(*out.right.data, *out.left.data) ? out.right : out.left);
            return;
        }
        const std::ptrdiff_t half = size / 2;
        const std::ptrdiff_t of_left = share_of_left(left, right, half, less_);
        const std::ptrdiff_t of_right = half - of_left;
        out.leave();
        // Whichever of the calls begins takes its part over; when one throws, the other may not.
        lifted low(left.first(of_left), right.first(of_right), into);
        lifted high(left.from(of_left), right.from(of_right), into + half);
        fork_([&] { merge_taken(low); }, [&] { merge_taken(high); });
    }

    void merge_taken(lifted& part) const {
        const stretch<T> left = part.left;
        const stretch<T> right = part.right;
        part.leave();
        merge(left, right, part.into);
    }

    const Less less_;
    Fork& fork_;
};

}  // namespace troika::impl
