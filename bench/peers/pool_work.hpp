// SPDX-License-Identifier: MIT
#pragma once

#include "peers/measuring.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

/// The works that every program about pools of threads does. A `Pool` is made with its number of
/// workers; batch(n) submits n empty jobs and returns the sum of what they return, which is their
/// numbers; once(i) submits one, waits for it and returns i. Both are called by one thread, which
/// is no worker.
namespace pool_work {

constexpr long sum_below(long count) { return count * (count - 1) / 2; }

/// Keeps the futures of a batch: what batch(n) is where jobs have futures.
template <class Submit>
long sum_of_futures(int count, Submit&& submit) {
    std::vector<decltype(submit(0))> answers;
    answers.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) answers.push_back(submit(i));
    long sum = 0;
    for (auto& answer : answers) sum += answer.get();
    return sum;
}

/// Batches of jobs: first_ns= of the first one, which gets its memory from the kernel; ns= and
/// cpu_ns= of the middle one of those that follow.
template <class Pool>
void jobs(Pool& pool, int count) {
    constexpr int times = 5;
    pool.once(1);
    const auto batch = [&] {
        return measuring::measure(
            [&] { measuring::expect(pool.batch(count) == sum_below(count)); });
    };
    const measuring::taken first = batch();
    std::vector<measuring::taken> all;
    for (int i = 0; i < times; ++i) all.push_back(batch());
    const measuring::taken middle = measuring::median(std::move(all));
    std::printf("first_ns=%.2f ns=%.2f cpu_ns=%.2f\n", first.ns / count, middle.ns / count,
                middle.cpu_ns / count);
}

/// The other threads of this process.
class other_threads {
public:
    other_threads() {
        const std::string own = std::to_string(::gettid());
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
            const std::string name = entry.path().filename().string();
            if (name == own) continue;
            ids_.push_back(std::atoi(name.c_str()));
            const int state = ::open((entry.path() / "stat").c_str(), O_RDONLY | O_CLOEXEC);
            measuring::expect(state >= 0);
            states_.push_back(state);
        }
    }
    other_threads(const other_threads&) = delete;
    other_threads& operator=(const other_threads&) = delete;
    ~other_threads() {
        for (const int state : states_) ::close(state);
    }

    /// Binds them to a processor; -1 leaves them where they are.
    void bind(int core) const {
        for (const pid_t id : ids_) bind(id, core);
    }
    static void bind(pid_t thread, int core) {
        if (core < 0) return;
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(core, &set);
        // One that has ended needs no place.
        measuring::expect(::sched_setaffinity(thread, sizeof set, &set) == 0 || errno == ESRCH);
    }
    /// Returns once all of them sleep, which they must within seconds.
    void wait_until_asleep() const {
        constexpr double limit_ns = 5e9;
        const double begin = measuring::clock_ns(CLOCK_MONOTONIC);
        while (!asleep()) {
            if (measuring::clock_ns(CLOCK_MONOTONIC) - begin < limit_ns) continue;
            std::fputs("a worker that has nothing to do does not sleep\n", stderr);
            std::exit(1);
        }
    }

private:
    [[nodiscard]] bool asleep() const {
        return std::ranges::all_of(states_, [](int state) {
            std::array<char, 512> text{};
            const ssize_t size = ::pread(state, text.data(), text.size() - 1, 0);
            if (size <= 0) return true;   // it has ended
            // The state follows the name, which is in parentheses and may hold any character.
            const std::string_view line(text.data(), static_cast<std::size_t>(size));
            return line.substr(line.rfind(')')).starts_with(") S");
        });
    }

    std::vector<pid_t> ids_;
    std::vector<int> states_;
};

/// Where the workers run, and where the thread that submits does; -1 is anywhere.
struct places {
    int workers = -1;
    int submitter = -1;
};

inline void print_trips(std::vector<double> all) {
    std::ranges::sort(all);
    std::printf("p50_ns=%.1f p99_ns=%.1f\n", all[all.size() / 2], all[all.size() * 99 / 100]);
}

/// Round trips, one after the other, for so long: of groups of them, the middle and the slow ones.
template <class Pool>
void warm(Pool& pool, int milliseconds, places where) {
    constexpr int group = 16;
    pool.once(1);
    other_threads().bind(where.workers);
    other_threads::bind(0, where.submitter);
    const double end = measuring::clock_ns(CLOCK_MONOTONIC) + milliseconds * 1e6;
    std::vector<double> taken;
    for (double begin = measuring::clock_ns(CLOCK_MONOTONIC); begin < end;) {
        for (int i = 0; i < group; ++i) measuring::expect(pool.once(i) == i);
        const double now = measuring::clock_ns(CLOCK_MONOTONIC);
        taken.push_back((now - begin) / group);
        begin = now;
    }
    print_trips(std::move(taken));
}

/// Round trips, before each of which the workers have fallen asleep.
template <class Pool>
void cold(Pool& pool, int count, places where) {
    // So long after its last thread fell asleep a processor does too.
    constexpr double rest_ns = 20'000;
    pool.once(1);
    const other_threads workers;
    workers.bind(where.workers);
    other_threads::bind(0, where.submitter);
    std::vector<double> taken;
    for (int i = 0; i < count; ++i) {
        workers.wait_until_asleep();
        const double asleep = measuring::clock_ns(CLOCK_MONOTONIC);
        while (measuring::clock_ns(CLOCK_MONOTONIC) - asleep < rest_ns) measuring::relax();
        const double begin = measuring::clock_ns(CLOCK_MONOTONIC);
        measuring::expect(pool.once(i) == i);
        taken.push_back(measuring::clock_ns(CLOCK_MONOTONIC) - begin);
    }
    print_trips(std::move(taken));
}

/// Nothing to do for so long, after a batch: cpu_percent= of one processor.
template <class Pool>
void idle(Pool& pool, int milliseconds) {
    measuring::expect(pool.batch(1000) == sum_below(1000));
    const measuring::taken taken = measuring::measure(
        [&] { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); });
    std::printf("cpu_percent=%.4f cpu_ms=%.4f\n", 100 * taken.cpu_ns / taken.ns,
                taken.cpu_ns / 1e6);
}

/// main() of a program: jobs WORKERS N | idle WORKERS MS | warm WORKERS MS WORKER_CORE
/// SUBMITTER_CORE | cold WORKERS N WORKER_CORE SUBMITTER_CORE. `Sleeper` does `cold`.
template <class Pool, class Sleeper = Pool>
int main(int count, char** arguments) {
    const std::string_view what = count >= 4 ? arguments[1] : "";
    const int workers = count >= 4 ? std::atoi(arguments[2]) : 0;
    const int n = count >= 4 ? std::atoi(arguments[3]) : 0;
    places where;
    if (count == 6) where = {std::atoi(arguments[4]), std::atoi(arguments[5])};
    if (what == "jobs" && count == 4) {
        Pool pool(workers);
        jobs(pool, n);
    } else if (what == "idle" && count == 4) {
        Pool pool(workers);
        idle(pool, n);
    } else if (what == "warm" && count == 6) {
        Pool pool(workers);
        warm(pool, n, where);
    } else if (what == "cold" && count == 6) {
        Sleeper pool(workers);
        cold(pool, n, where);
    } else {
        std::fputs(
            "usage: jobs WORKERS N | idle WORKERS MS | warm WORKERS MS WORKER_CORE "
            "SUBMITTER_CORE | cold WORKERS N WORKER_CORE SUBMITTER_CORE\n",
            stderr);
        return 2;
    }
    return 0;
}

}  // namespace pool_work
