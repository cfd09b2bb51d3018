// SPDX-License-Identifier: MIT
#pragma once

#include "peers/measuring.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

/// The works that programs about calls to other processes do. A `Pool` is made with its number of
/// workers; once(i) has one return i; batch(n), and map(n, chunk), return the sum of what n calls
/// return, which is their numbers; carry(v) has one look at the ends of v.
namespace process_work {

template <class Work>
double average_us(int count, Work&& work) {
    return measuring::measure([&] {
               for (int i = 0; i < count; ++i) work(i);
           }).ns /
           count / 1e3;
}

/// Long enough for a worker that spins for a while to fall asleep.
constexpr double rest_ns = 200'000;

/// Like average_us(), with a rest before each, which does not count.
template <class Work>
double rested_us(int count, Work&& work) {
    std::vector<double> all;
    for (int i = 0; i < count; ++i) {
        const double begin = measuring::clock_ns(CLOCK_MONOTONIC);
        while (measuring::clock_ns(CLOCK_MONOTONIC) - begin < rest_ns) measuring::relax();
        all.push_back(measuring::measure([&] { work(i); }).ns / 1e3);
    }
    std::ranges::sort(all);
    return all[all.size() / 2];
}

/// Milliseconds of the middle one of five, after a first one.
template <class Work>
double carried_ms(int mebibytes, Work&& work) {
    const std::size_t count = (static_cast<std::size_t>(mebibytes) << 20) / sizeof(double);
    std::vector<measuring::taken> all;
    for (int i = 0; i < 6; ++i) {
        std::vector<double> what(count, 1.0);
        const measuring::taken one = measuring::measure([&] { work(what); });
        if (i > 0) all.push_back(one);
    }
    return measuring::median(std::move(all)).ns / 1e6;
}

/// trips|rested|batch WORKERS N, map WORKERS N CHUNK, carry WORKERS MEBIBYTES
template <class Pool>
int main(int count, char** arguments) {
    const std::string_view what = arguments[0];
    const int n = std::atoi(arguments[2]);
    const int chunk = count > 3 ? std::atoi(arguments[3]) : 1;
    const long sum = static_cast<long>(n) * (n - 1) / 2;
    Pool pool(std::atoi(arguments[1]));
    pool.once(1);
    const auto once = [&](int i) { measuring::expect(pool.once(i) == i); };
    if (what == "trips") {
        std::printf("us=%.4f\n", average_us(n, once));
    } else if (what == "rested") {
        std::printf("us=%.4f\n", rested_us(n, once));
    } else if (what == "batch" || what == "map") {
        pool.batch(n / 10);
        const measuring::taken all = measuring::measure([&] {
            measuring::expect((what == "map" ? pool.map(n, chunk) : pool.batch(n)) == sum);
        });
        std::printf("us=%.4f\n", all.ns / n / 1e3);
    } else if (what == "carry") {
        std::printf("ms=%.3f\n", carried_ms(n, [&](std::vector<double>& values) {
                        measuring::expect(pool.carry(values) == 2);
                    }));
    } else {
        return 2;
    }
    return 0;
}

}  // namespace process_work
