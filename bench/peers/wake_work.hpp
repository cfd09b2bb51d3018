// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sched.h>
#include <string_view>
#include <thread>
#include <vector>

/// One thread asks another one's loop to call functions.
///
/// `Loop` is made and run on its thread by `Loop::run(ready)`, which calls `ready(loop)` once it
/// can be posted to; post(function) and stop() are called from the other thread.
namespace wake_work {

using clock = std::chrono::steady_clock;

inline double ns_since(clock::time_point begin) {
    return std::chrono::duration<double, std::nano>(clock::now() - begin).count();
}

inline void pin(int core) {
    if (core < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

inline void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// The loop sleeps each time: from the post to the call.
template <class Loop>
void latency(Loop& loop, int count) {
    // So long the loop is left alone after a call: it is asleep again by then.
    constexpr double rest_ns = 20'000;
    std::vector<double> taken;
    std::atomic<bool> called{false};
    clock::time_point call_time;
    for (int i = 0; i < count; ++i) {
        called.store(false, std::memory_order_relaxed);
        const auto begin = clock::now();
        loop.post([&] {
            call_time = clock::now();
            called.store(true, std::memory_order_release);
        });
        while (!called.load(std::memory_order_acquire)) relax();
        taken.push_back(std::chrono::duration<double, std::nano>(call_time - begin).count());
        for (const auto end = clock::now(); ns_since(end) < rest_ns;) relax();
    }
    std::ranges::sort(taken);
    std::printf("p50_ns=%.0f p99_ns=%.0f\n", taken[taken.size() / 2],
                taken[taken.size() * 99 / 100]);
}

/// The processor time of this thread: what other programs take meanwhile is not in it.
inline double thread_ns() {
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// As many posts as the thread can make, until all have been called.
template <class Loop>
void throughput(Loop& loop, int count) {
    std::atomic<int> calls{0};
    const auto begin = clock::now();
    const double thread_begin = thread_ns();
    for (int i = 0; i < count; ++i)
        loop.post([&] {
            calls.store(calls.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        });
    const double posting = thread_ns() - thread_begin;
    while (calls.load(std::memory_order_acquire) < count) relax();
    std::printf("ns=%.3f post_ns=%.3f\n", ns_since(begin) / count, posting / count);
}

/// main() of a program: latency|throughput N LOOP_CORE POSTER_CORE
template <class Loop>
int main(int count, char** arguments) {
    if (count != 5) {
        std::fputs("usage: latency|throughput N LOOP_CORE POSTER_CORE\n", stderr);
        return 2;
    }
    const std::string_view work = arguments[1];
    const int n = std::atoi(arguments[2]);
    std::atomic<Loop*> made{nullptr};
    std::thread runner([&] {
        pin(std::atoi(arguments[3]));
        Loop::run([&](Loop& loop) { made.store(&loop, std::memory_order_release); });
    });
    pin(std::atoi(arguments[4]));
    Loop* loop = nullptr;
    while (loop == nullptr) {
        loop = made.load(std::memory_order_acquire);
        std::this_thread::yield();
    }
    if (work == "latency")
        latency(*loop, n);
    else
        throughput(*loop, n);
    loop->stop();
    runner.join();
    return 0;
}

}  // namespace wake_work
