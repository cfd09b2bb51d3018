// SPDX-License-Identifier: MIT
// Plain calls on one thread, each really made: no task at all.
#include "fork_work.hpp"

namespace {

using fork_work::board;

class caller {
public:
    explicit caller(int) {}

    [[gnu::noinline]] long fib(int n) {
        if (n < 2) return n;
        const long a = fib(n - 1);
        long b = fib(n - 2);
        asm volatile("" : "+r"(b));   // else the second call becomes a loop
        return a + b;
    }
    long queens(int n) { return count(fork_work::empty_board(n)); }

private:
    [[gnu::noinline]] static long count(board at) {
        if (at.complete()) return 1;
        long sum = 0;
        fork_work::for_each_placement(at, [&](std::size_t, board next) { sum += count(next); });
        return sum;
    }
};

}  // namespace

int main(int count, char** arguments) { return fork_work::main<caller>(count, arguments); }
