// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

// What the parallel kernels know of the pool.

namespace troika::impl {

/// `fork(f, g)` calls both, perhaps at once, and returns when both have ended. Then it throws what
/// one of them threw, in which case the other may not have been called.
/// `fork.concurrency()` is how many calls can run at once.
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

/// How many elements are worth being handed to another thread: some tenths of a millisecond. No
/// more, since who waits for another thread's last piece may have nothing else to do.
inline constexpr std::ptrdiff_t fork_grain = 8192;

inline constexpr std::size_t fork_parts_max = 256;

/// Into how many parts to cut `size` elements on which all threads work at once.
inline std::size_t fork_parts(std::ptrdiff_t size, unsigned concurrency) noexcept {
    if (concurrency == 1) return 1;
    return std::clamp<std::size_t>(static_cast<std::size_t>(size / fork_grain), 1, fork_parts_max);
}

/// Where part `i` of `count` begins, when `size` elements are cut evenly.
template <class Size>
Size part_begin(Size size, std::size_t i, std::size_t count) noexcept {
    const auto parts = static_cast<Size>(count);
    const auto index = static_cast<Size>(i);
    return size / parts * index + size % parts * index / parts;
}

}  // namespace troika::impl
