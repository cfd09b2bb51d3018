// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

// What the parallel kernels know of the pool.

namespace troika::impl {

/// `fork(f, g)` calls both, perhaps at once, returns when both have ended, and then throws what one
/// of them threw; `fork.concurrency()` is how many calls can run at once.
template <class F>
concept parallel_fork = requires(F& fork, void (&call)()) {
    fork(call, call);
    { fork.concurrency() } -> std::convertible_to<unsigned>;
};

/// Calls `f(i)` for each i in [first, last), perhaps at once.
template <parallel_fork Fork, class F>
void fork_each(Fork& fork, std::size_t first, std::size_t last, F& f) {
    if (last - first > 1) {
        const std::size_t middle = first + (last - first) / 2;
        fork([&fork, &f, first, middle] { fork_each(fork, first, middle, f); },
             [&fork, &f, middle, last] { fork_each(fork, middle, last, f); });
    } else if (first != last) {
        f(first);
    }
}

/// How many elements are worth being handed to another thread.
inline constexpr std::ptrdiff_t fork_grain_min = 4096;

inline constexpr std::size_t fork_parts_max = 256;

/// Into how many parts to cut `size` elements on which all threads work at once: enough that a
/// slow thread does not hold up the others for long.
inline std::size_t fork_parts(std::ptrdiff_t size, unsigned concurrency) noexcept {
    const auto grains = static_cast<std::size_t>(size / fork_grain_min);
    const std::size_t parts = std::min<std::size_t>(std::size_t{4} * concurrency, grains);
    return std::clamp<std::size_t>(parts, 1, fork_parts_max);
}

/// Where part `i` of `count` begins, when `size` elements are cut evenly.
template <class Size>
Size part_begin(Size size, std::size_t i, std::size_t count) noexcept {
    const auto parts = static_cast<Size>(count);
    const auto index = static_cast<Size>(i);
    return size / parts * index + size % parts * index / parts;
}

}  // namespace troika::impl
