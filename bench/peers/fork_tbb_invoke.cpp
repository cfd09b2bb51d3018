// SPDX-License-Identifier: MIT
// links: tbb
#include "fork_work.hpp"

#include <array>
#include <cstddef>
#include <numeric>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>
#include <tbb/partitioner.h>

namespace {

using fork_work::board;

class forker {
public:
    explicit forker(int workers)
        : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers)) {}

    long fib(int n) {
        if (n < 2) return n;
        long a = 0;
        long b = 0;
        tbb::parallel_invoke([&] { a = fib(n - 1); }, [&] { b = fib(n - 2); });
        return a + b;
    }
    long queens(int n) { return count(fork_work::empty_board(n)); }

private:
    static long count(board at) {
        if (at.complete()) return 1;
        std::array<board, fork_work::row_max> next{};
        std::array<long, fork_work::row_max> counts{};
        std::size_t size = 0;
        fork_work::for_each_placement(at, [&](std::size_t, board one) { next[size++] = one; });
        tbb::parallel_for(
            tbb::blocked_range<std::size_t>(0, size, 1),
            [&](const tbb::blocked_range<std::size_t>& range) {
                for (std::size_t i = range.begin(); i < range.end(); ++i)
                    counts[i] = count(next[i]);
            },
            tbb::simple_partitioner{});
        return std::accumulate(counts.begin(), counts.end(), 0L);
    }

    tbb::global_control limit_;
};

}  // namespace

int main(int count, char** arguments) { return fork_work::main<forker>(count, arguments); }
