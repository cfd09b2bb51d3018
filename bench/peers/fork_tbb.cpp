// SPDX-License-Identifier: MIT
// links: tbb
#include "fork_work.hpp"

#include <array>
#include <cstddef>
#include <numeric>
#include <tbb/global_control.h>
#include <tbb/task_group.h>

namespace {

using fork_work::board;

// The thread that waits works too: it is one of the workers.
class forker {
public:
    explicit forker(int workers)
        : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers)) {}

    long fib(int n) {
        if (n < 2) return n;
        long a = 0;
        tbb::task_group group;
        group.run([&] { a = fib(n - 1); });
        const long b = fib(n - 2);
        group.wait();
        return a + b;
    }
    long queens(int n) { return count(fork_work::empty_board(n)); }

private:
    static long count(board at) {
        if (at.complete()) return 1;
        std::array<long, fork_work::row_max> counts{};
        tbb::task_group group;
        fork_work::for_each_placement(at, [&](std::size_t index, board next) {
            group.run([next, into = &counts[index]] { *into = count(next); });
        });
        group.wait();
        return std::accumulate(counts.begin(), counts.end(), 0L);
    }

    tbb::global_control limit_;
};

}  // namespace

int main(int count, char** arguments) { return fork_work::main<forker>(count, arguments); }
