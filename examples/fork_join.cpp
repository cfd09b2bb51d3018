// SPDX-License-Identifier: MIT
// Computing on all processors: fork-join with coroutines, and the parallel algorithms.
#include <troika/troika.hpp>

#include <cmath>
#include <cstddef>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

troika::task<long> fib(int n) {
    if (n < 2) co_return n;
    auto parts = co_await troika::fork_join(fib(n - 1), fib(n - 2));
    auto& [a, b] = parts;
    co_return a + b;
}

long square(long i) { return i * i; }

struct record {
    std::string name;
    int size = 0;
};

void algorithms(troika::thread_pool& threads) {
    const std::size_t n = 100'000;
    std::vector<long> in(n);
    std::vector<long> out(n);
    troika::parallel_for(threads, 0, n,
                         [&](std::size_t i) { in[i] = static_cast<long>(i % 1000); });
    troika::parallel_for(threads, 0, n, [&](std::size_t i) { out[i] = square(in[i]); });
    std::cout << "the largest square: "
              << troika::parallel_reduce(threads, out, 0L,
                                         [](long a, long b) { return a > b ? a : b; })
              << '\n';

    auto squares = troika::parallel_map(threads, in, square);
    std::cout << "mapped likewise: " << std::boolalpha << (squares == out) << '\n';

    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = std::sqrt(static_cast<double>(i));
    const auto sum = [&](troika::thread_pool& pool) {
        return troika::parallel_reduce(pool, values, 0.0, std::plus{}, {.deterministic = true});
    };
    troika::thread_pool others{{.workers = 3}};
    std::cout << "the same bits on any number of threads: " << (sum(threads) == sum(others))
              << '\n';

    std::vector<record> records{{"c", 30}, {"a", 20}, {"b", 10}};
    troika::parallel_sort(threads, records, std::less{}, &record::size);
    for (const record& each : records) std::cout << each.name << ' ' << each.size << '\n';
}

void several_at_once(troika::thread_pool& threads) {
    long left = 0;
    double right = 0;
    troika::parallel_invoke(
        threads, [&] { left = square(12); }, [&] { right = std::cbrt(27.0); });
    std::cout << left << " and " << right << '\n';
    try {
        troika::parallel_for(threads, 0, 1'000'000, [](int i) {
            if (i == 1000) throw std::runtime_error("1000 is not allowed");
        });
    } catch (const std::runtime_error& error) {
        std::cout << "it failed: " << error.what() << '\n';
    }
}

troika::task<void> from_a_loop(troika::thread_pool& threads) {
    std::vector<int> numbers(1000, 2);
    auto twice = [](int& each) { each *= 2; };
    co_await troika::parallel_for(troika::awaited(threads), numbers, twice);   // the loop goes on
    const int sum =
        co_await troika::parallel_reduce(troika::awaited(threads), numbers, 0, std::plus{});
    std::cout << "awaited: " << sum << '\n';
}

int main() {
    troika::thread_pool threads;
    std::cout << "fib(25) = " << threads.submit(fib(25)).get() << '\n';
    algorithms(threads);
    several_at_once(threads);
    troika::run(from_a_loop(threads));
}
