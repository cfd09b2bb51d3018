// SPDX-License-Identifier: MIT
#pragma once

#include "peers/measuring.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// The works that every program about fork and join does: small calls, each of which is a task that
/// another worker may take, so that what is measured is the task and not what it does.
namespace fork_work {

/// Queens that do not attack each other, a row after the other: the sets of columns that are taken,
/// and that the queens above attack in the next row, along either diagonal.
struct board {
    unsigned all;
    unsigned columns = 0;
    unsigned left = 0;
    unsigned right = 0;

    [[nodiscard]] bool complete() const noexcept { return columns == all; }
    /// The columns of the next row where a queen may stand.
    [[nodiscard]] unsigned open() const noexcept { return all & ~(columns | left | right); }
    [[nodiscard]] board with(unsigned column) const noexcept {
        return {all, columns | column, (left | column) << 1, (right | column) >> 1};
    }
};

/// A board of `size` rows, at most 14.
inline board empty_board(int size) { return {(1U << size) - 1}; }

/// Queens on one row at most.
inline constexpr std::size_t row_max = 14;

/// Calls `place(index, board)` for each way to go on.
template <class F>
void for_each_placement(const board& at, F&& place) {
    std::size_t index = 0;
    for (unsigned left = at.open(); left != 0; left &= left - 1)
        place(index++, at.with(left & -left));
}

inline long fib_value(int n) {
    long a = 0;
    long b = 1;
    for (int i = 0; i < n; ++i) {
        const long next = a + b;
        a = b;
        b = next;
    }
    return a;
}

inline long queens_value(int n) {
    constexpr std::array<long, row_max + 1> solutions{1,  1,   0,   0,    2,     10,    4,     40,
                                                      92, 352, 724, 2680, 14200, 73712, 365596};
    return solutions.at(static_cast<std::size_t>(n));
}

/// main() of a program: fib|queens N WORKERS
///
/// `Forker` is made with the number of threads that compute; fib(n) and queens(n) make a task of
/// each call and of each placement. Prints ms= and cpu_ms=.
template <class Forker>
int main(int count, char** arguments) {
    const std::string_view what = count == 4 ? arguments[1] : "";
    if (what != "fib" && what != "queens") {
        std::fputs("usage: fib|queens N WORKERS\n", stderr);
        return 2;
    }
    const bool is_fib = what == "fib";
    const int n = std::atoi(arguments[2]);
    Forker forker(std::atoi(arguments[3]));
    const auto run = [&](int size) { return is_fib ? forker.fib(size) : forker.queens(size); };
    // The threads have started, and the memory for tasks is there.
    const int small = is_fib ? 20 : 8;
    measuring::expect(run(small) == (is_fib ? fib_value(small) : queens_value(small)));
    long result = 0;
    const measuring::taken taken = measuring::measure([&] { result = run(n); });
    measuring::expect(result == (is_fib ? fib_value(n) : queens_value(n)));
    std::printf("ms=%.4f cpu_ms=%.4f\n", taken.ns / 1e6, taken.cpu_ns / 1e6);
    return 0;
}

}  // namespace fork_work
