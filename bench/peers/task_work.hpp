// SPDX-License-Identifier: MIT
#pragma once

#include "peers/measuring.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

/// The works that every program about tasks does, and the way it says what they took. A program
/// defines those functions, and calls main(WORK N [M]).
namespace task_work {

inline constexpr int batch_size = 1000;

/// Creates `count` tasks, all of them before the first one runs, and adds up their results.
void held(int count);
/// `count` batches of batch_size such tasks: the memory is warm.
void batches(int count);
/// Awaits `count` coroutines, one after the other, that are done at once.
void chain(int count);
/// Each of `tasks` tasks gives way `times` times.
void yield(int tasks, int times);
/// Each of `tasks` tasks sleeps once.
void sleep(int tasks, std::chrono::milliseconds length);

constexpr long sum_below(long count) { return count * (count - 1) / 2; }

using measuring::expect;

/// Calls `work`, which does `operations`, and prints what one takes: ns= of the clock, cpu_ns= of
/// the processor, which other programs on the machine disturb less.
template <class Work>
void measure(double operations, Work&& work) {
    const measuring::taken taken = measuring::measure(std::forward<Work>(work));
    std::printf("ns=%.3f cpu_ns=%.3f\n", taken.ns / operations, taken.cpu_ns / operations);
}

inline int main(int count, char** arguments) {
    const std::string_view work = count > 1 ? arguments[1] : "";
    const int n = count > 2 ? std::atoi(arguments[2]) : 0;
    const int m = count > 3 ? std::atoi(arguments[3]) : 0;
    const auto operations = static_cast<double>(n);
    if (work == "held")
        measure(operations, [&] { held(n); });
    else if (work == "batches")
        measure(operations * batch_size, [&] { batches(n); });
    else if (work == "chain")
        measure(operations, [&] { chain(n); });
    else if (work == "yield")
        measure(operations * m, [&] { yield(n, m); });
    else if (work == "sleep")
        measure(operations, [&] { sleep(n, std::chrono::milliseconds(m)); });
    else {
        std::fputs("usage: held|batches|chain N, yield|sleep N M\n", stderr);
        return 2;
    }
    return 0;
}

}  // namespace task_work
