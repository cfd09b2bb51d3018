// SPDX-License-Identifier: MIT
// links: openmp
#include "fork_work.hpp"

#include <array>
#include <cstddef>
#include <numeric>
#include <omp.h>

namespace {

using fork_work::board;

long fib_of(int n) {
    if (n < 2) return n;
    long a = 0;
#pragma omp task shared(a) firstprivate(n)
    a = fib_of(n - 1);
    const long b = fib_of(n - 2);
#pragma omp taskwait
    return a + b;
}

long count(board at) {
    if (at.complete()) return 1;
    std::array<long, fork_work::row_max> counts{};
    fork_work::for_each_placement(at, [&](std::size_t index, board next) {
        long* const into = &counts[index];
#pragma omp task firstprivate(next, into)
        *into = count(next);
    });
#pragma omp taskwait
    return std::accumulate(counts.begin(), counts.end(), 0L);
}

class forker {
public:
    explicit forker(int workers) { omp_set_num_threads(workers); }

    long fib(int n) {
        long result = 0;
#pragma omp parallel
#pragma omp single
        result = fib_of(n);
        return result;
    }
    long queens(int n) {
        long result = 0;
#pragma omp parallel
#pragma omp single
        result = count(fork_work::empty_board(n));
        return result;
    }
};

}  // namespace

int main(int count, char** arguments) { return fork_work::main<forker>(count, arguments); }
