// SPDX-License-Identifier: MIT
#pragma once

#include "peers/measuring.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

/// The works that every program about parallel algorithms does.
namespace parallel_work {

/// Sorted by `key` alone; `place` tells whether equals have kept their order.
struct record {
    std::uint32_t key = 0;
    std::uint32_t place = 0;
};

inline bool by_key(const record& a, const record& b) { return a.key < b.key; }

/// The sum as fast as one thread can: without lanes each addition waits for the one before.
inline double sum_of(std::span<const double> values) {
    constexpr std::size_t lanes = 8;
    std::array<double, lanes> sums{};
    const std::size_t whole = values.size() / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += values[i + lane];
    double result = 0;
    for (const double sum : sums) result += sum;
    for (const double value : values.subspan(whole)) result += value;
    return result;
}

/// Numbers that look like chance, always the same.
class numbers {
public:
    std::uint64_t operator()() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }

private:
    std::uint64_t state_ = 88172645463325252;
};

/// How often 3n + 1 is taken, or the half, until 1 is reached: work whose length is not known.
inline int collatz(long number) {
    auto n = static_cast<unsigned long>(number);
    int steps = 0;
    while (n > 1) {
        n = (n & 1) != 0 ? 3 * n + 1 : n / 2;
        ++steps;
    }
    return steps;
}

/// Some nanoseconds of arithmetic.
inline double curve(int number) { return std::sqrt(1 + std::abs(static_cast<double>(number))); }

inline void print(const measuring::taken& taken) {
    std::printf("ms=%.4f cpu_ms=%.4f\n", taken.ns / 1e6, taken.cpu_ns / 1e6);
}

/// What is quick is done several times: the first time warms up, of the others the middle counts.
template <class Work>
void measure_repeated(Work&& work) {
    constexpr int times = 5;
    work();
    std::vector<measuring::taken> all;
    for (int i = 0; i < times; ++i) all.push_back(measuring::measure(work));
    print(measuring::median(std::move(all)));
}

template <class Algorithms>
void reduce(Algorithms& algorithms, std::size_t size) {
    std::vector<double> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<double>(i & 7);
    const double expected = sum_of(values);   // whole numbers, so that the order does not matter
    measure_repeated([&] { measuring::expect(algorithms.sum(values) == expected); });
}

template <class Algorithms>
void sort(Algorithms& algorithms, std::size_t size) {
    const auto filled = [](std::size_t count) {
        std::vector<int> values(count);
        numbers next;
        for (int& value : values) value = static_cast<int>(next());
        return values;
    };
    const auto total = [](const std::vector<int>& values) {
        unsigned sum = 0;
        for (const int value : values) sum += static_cast<unsigned>(value);
        return sum;
    };
    std::vector<int> few = filled(std::min<std::size_t>(size, 100'000));
    algorithms.sort(few);   // the threads have started
    std::vector<int> values = filled(size);
    const unsigned before = total(values);
    print(measuring::measure([&] { algorithms.sort(values); }));
    measuring::expect(std::ranges::is_sorted(values) && total(values) == before);
}

/// Returns: the exit code, for a library that cannot do it.
template <class Algorithms>
int stable_sort(Algorithms& algorithms, std::size_t size) {
    if constexpr (requires(std::vector<record> & records) { algorithms.stable_sort(records); }) {
        const auto filled = [](std::size_t count) {
            std::vector<record> records(count);
            numbers next;
            std::uint32_t place = 0;
            // Few keys, many equals.
            for (record& one : records)
                one = {static_cast<std::uint32_t>(next() & 0xffff), place++};
            return records;
        };
        std::vector<record> few = filled(std::min<std::size_t>(size, 100'000));
        algorithms.stable_sort(few);   // the threads have started
        std::vector<record> records = filled(size);
        print(measuring::measure([&] { algorithms.stable_sort(records); }));
        const auto out_of_order = [](const record& a, const record& b) {
            return a.key > b.key || (a.key == b.key && a.place >= b.place);
        };
        measuring::expect(std::ranges::adjacent_find(records, out_of_order) == records.end());
        return 0;
    } else {
        std::fputs("no stable sort\n", stderr);
        return 2;
    }
}

/// A loop that waits for the memory.
template <class Algorithms>
void triad(Algorithms& algorithms, std::size_t size) {
    const std::vector<double> a(size, 1.5);
    const std::vector<double> b(size, 2.5);
    std::vector<double> sums(size, 0);
    measure_repeated([&] {
        algorithms.for_each(static_cast<long>(size), [&](long at) {
            const auto i = static_cast<std::size_t>(at);
            sums[i] = a[i] + 3 * b[i];
        });
    });
    measuring::expect(std::ranges::all_of(sums, [](double sum) { return sum == 9; }));
}

/// A loop that computes, at some places longer than at others.
template <class Algorithms>
void compute(Algorithms& algorithms, std::size_t size) {
    std::vector<int> steps(size);
    algorithms.for_each(static_cast<long>(std::min<std::size_t>(size, 10'000)),
                        [&](long i) { steps[static_cast<std::size_t>(i)] = collatz(i); });
    print(measuring::measure([&] {
        algorithms.for_each(static_cast<long>(size),
                            [&](long i) { steps[static_cast<std::size_t>(i)] = collatz(i); });
    }));
    for (std::size_t i = 0; i < size; i += 97)
        measuring::expect(steps[i] == collatz(static_cast<long>(i)));
}

/// A new vector, which costs memory that nobody has touched.
template <class Algorithms>
void map(Algorithms& algorithms, std::size_t size) {
    std::vector<int> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = static_cast<int>(i);
    measure_repeated([&] {
        const std::vector<double> mapped = algorithms.map(values, curve);
        measuring::expect(mapped.size() == size && mapped.back() == curve(values.back()));
    });
}

/// main() of a program: reduce|sort|stable_sort|triad|compute|map N WORKERS
///
/// `Algorithms` is made with the number of threads that compute. Prints ms= and cpu_ms=.
template <class Algorithms>
int main(int count, char** arguments) {
    const std::string_view what = count == 4 ? arguments[1] : "";
    const auto size = static_cast<std::size_t>(count == 4 ? std::atol(arguments[2]) : 0);
    if (size == 0) {
        std::fputs("usage: reduce|sort|stable_sort|triad|compute|map N WORKERS\n", stderr);
        return 2;
    }
    Algorithms algorithms(std::atoi(arguments[3]));
    if (what == "reduce")
        reduce(algorithms, size);
    else if (what == "sort")
        sort(algorithms, size);
    else if (what == "stable_sort")
        return stable_sort(algorithms, size);
    else if (what == "triad")
        triad(algorithms, size);
    else if (what == "compute")
        compute(algorithms, size);
    else if (what == "map")
        map(algorithms, size);
    else
        return 2;
    return 0;
}

}  // namespace parallel_work
