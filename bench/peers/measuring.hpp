// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>
#include <vector>

/// What the programs that do works need to say what these took.
namespace measuring {

/// A benchmark that computes nonsense quickly is no benchmark.
inline void expect(bool right) {
    if (right) return;
    std::fputs("a wrong result\n", stderr);
    std::exit(1);
}

inline double clock_ns(clockid_t clock) {
    std::timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// What something took: of the clock, and of the processor in all threads, which other programs on
/// the machine disturb less.
struct taken {
    double ns = 0;
    double cpu_ns = 0;
};

template <class Work>
taken measure(Work&& work) {
    const double wall = clock_ns(CLOCK_MONOTONIC);
    const double cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    std::forward<Work>(work)();
    const double cpu_end = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    return {clock_ns(CLOCK_MONOTONIC) - wall, cpu_end - cpu};
}

/// The middle one by time of the clock. Requires: not empty.
inline taken median(std::vector<taken> all) {
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::ranges::nth_element(all, middle, {}, &taken::ns);
    return *middle;
}

inline void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}  // namespace measuring
