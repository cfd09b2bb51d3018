// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/pool/computation.hpp>
#include <troika/pool/fork_two.hpp>
#include <troika/pool/pool_worker.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>

namespace troika {

/// How a parallel algorithm cuts its work into pieces.
struct parallel_options {
    /// How many elements are done in one go, without a look at what others do. 0: automatic, which
    /// suits elements of very different cost as well.
    std::size_t grain = 0;
};

namespace impl {

/// Ranges that can be cut anywhere.
template <class R>
concept divisible_range = std::ranges::random_access_range<R> && std::ranges::sized_range<R>;

/// The first element: a pointer where the elements lie side by side, which is what compilers know
/// best.
template <divisible_range R>
auto first_of(R& range) {
    if constexpr (std::ranges::contiguous_range<R>)
        return std::to_address(std::ranges::begin(range));
    else
        return std::ranges::begin(range);
}
template <divisible_range R>
std::size_t size_of(R& range) {
    return static_cast<std::size_t>(std::ranges::size(range));
}
template <class I>
I advanced(const I& from, std::size_t by) {
    return from + static_cast<std::iter_difference_t<I>>(by);
}

/// Elements of an algorithm that one thread does one after the other: run() does some more of them,
/// fresh() makes what does those of another thread, and join() adds that up again: what `after` did
/// comes after what this one did.
template <class P>
concept splittable = requires(P& part, P& after, std::size_t at) {
    part.run(at, at);
    { part.fresh() } -> std::same_as<P>;
    part.join(after);
};

// Elements between two looks at what others do: few enough that an expensive one delays nobody for
// long, enough that cheap ones go by in loops that the compiler has unrolled.
inline constexpr std::size_t chunk_max = 256;
// A share of what is left is done in one go, so that little of it is out of reach for others.
inline constexpr std::size_t share = 16;

/// Does the elements [first, last), and gives half of what is left to others whenever they have
/// taken what was there before.
///
/// So a thread that is left alone cuts off a few pieces in all, however many elements there are;
/// and where others run out of work, there is something to take until the last `grain` elements.
/// Source: A. Tzannes, G. Caragea, R. Barua, U. Vishkin, "Lazy binary-splitting", 2010.
/// Thread: one of the pool.
template <splittable P>
void split_lazily(computation& all, P& part, std::size_t first, std::size_t last,
                  std::size_t grain) {
    while (first < last && all.goes_on()) {
        const std::size_t left = last - first;
        const std::size_t chunk = grain != 0 ? std::min(grain, left)
                                             : std::clamp(left / share, std::size_t{1}, chunk_max);
        if (left > chunk) {
            const pool_worker* const here = pool_worker::current();
            if (here != nullptr && here->queued() == 0) {
                const std::size_t pieces = (left - 1) / chunk + 1;
                const std::size_t middle = first + pieces / 2 * chunk;
                P after = part.fresh();
                fork_two([&] { split_lazily(all, part, first, middle, grain); },
                         [&] { split_lazily(all, after, middle, last, grain); });
                all.run([&] { part.join(after); });
                return;
            }
        }
        all.run([&] { part.run(first, first + chunk); });
        first += chunk;
    }
}

/// Does the elements of the pieces [first, last), each of `grain` elements but the last of all,
/// which ends at `count`: in a tree that is the same whoever does what.
/// Thread: one of the pool.
template <splittable P>
void split_evenly(computation& all, P& part, std::size_t first, std::size_t last, std::size_t grain,
                  std::size_t count) {
    if (!all.goes_on()) return;
    if (last - first == 1) {
        all.run([&] { part.run(first * grain, std::min(count, last * grain)); });
        return;
    }
    const std::size_t middle = first + (last - first) / 2;
    P after = part.fresh();
    fork_two([&] { split_evenly(all, part, first, middle, grain, count); },
             [&] { split_evenly(all, after, middle, last, grain, count); });
    all.run([&] { part.join(after); });
}

}  // namespace impl

}  // namespace troika
