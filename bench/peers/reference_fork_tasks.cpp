// SPDX-License-Identifier: MIT
// Bare coroutines that nobody can steal, on one thread: a frame for each call, and nothing else.
#include "bare_task.hpp"
#include "fork_work.hpp"

#include <bit>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace {

using bare::task;
using fork_work::board;

task<long> fib_of(int n) {
    if (n < 2) co_return n;
    const long a = co_await fib_of(n - 1);
    const long b = co_await fib_of(n - 2);
    co_return a + b;
}

task<long> count(board at) {
    if (at.complete()) co_return 1;
    std::vector<task<long>> next;
    next.reserve(static_cast<std::size_t>(std::popcount(at.open())));
    fork_work::for_each_placement(
        at, [&](std::size_t, board placed) { next.push_back(count(placed)); });
    long sum = 0;
    for (task<long>& one : next) sum += co_await one;
    co_return sum;
}

struct started {
    struct promise_type {
        started get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

started store(task<long> work, long& into) { into = co_await work; }

class caller {
public:
    explicit caller(int) {}

    long fib(int n) { return run(fib_of(n)); }
    long queens(int n) { return run(count(fork_work::empty_board(n))); }

private:
    static long run(task<long> work) {
        long result = -1;
        store(std::move(work), result);
        return result;
    }
};

}  // namespace

int main(int count, char** arguments) { return fork_work::main<caller>(count, arguments); }
