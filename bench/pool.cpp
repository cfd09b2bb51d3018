// SPDX-License-Identifier: MIT
// What does a job cost? The works of bench/peers/pool_work.hpp, through the public face.
#include "compare.hpp"
#include "peers/pool_work.hpp"

#include <troika/core/future.hpp>
#include <troika/pool/thread_pool.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

class pool {
public:
    explicit pool(int workers) : threads_({.workers = static_cast<std::size_t>(workers)}) {}

    long batch(int count) {
        return pool_work::sum_of_futures(
            count, [this](int i) { return threads_.submit([i] { return i; }); });
    }
    int once(int value) {
        return threads_.submit([value] { return value; }).get();
    }

private:
    troika::thread_pool threads_;
};

using words = std::vector<std::string>;

constexpr const char* ours = "troika";
constexpr const char* mutex_queue = "mutex, condition, std::future";

class programs {
public:
    explicit programs(const bench::benchmark& suite) : suite_(suite) {}

    [[nodiscard]] bench::command operator()(words program, const words& what) const {
        program.insert(program.end(), what.begin(), what.end());
        bench::command result = suite_.measured(std::move(program));
        result.core = -1;   // threads are to be on several
        return result;
    }
    [[nodiscard]] bench::command troika(const words& what) const {
        return (*this)({bench::self(), "work"}, what);
    }

private:
    const bench::benchmark& suite_;
};

void jobs(bench::benchmark& suite, const programs& run, int workers) {
    const std::string count = std::to_string(suite.size(1'000'000, 1000));
    const words what{"jobs", std::to_string(workers), count};
    bench::table result(std::string("submit 1,000,000 empty jobs, then get all results, ") +
                            (workers == 1 ? "1 worker" : "2 workers"),
                        {{"ns", "ns/job"},
                         {"cpu_ns", "CPU ns/job"},
                         {"first_ns", "ns/job, first batch"},
                         {"rss_mib", "peak MiB"}});
    words shared = what;
    shared.front() = "shared";
    result.reference("bare ring, workers spin, no future", run({"peer_reference_pool"}, what))
        .row(ours, run.troika(what))
        .row(mutex_queue, run({"peer_pool_mutex"}, what))
        .row("Asio post, use_future", run({"peer_pool_asio"}, what))
        .row("TBB task_group, no future", run({"peer_pool_tbb"}, what))
        .row("Go, a channel a job", run({"peer_pool_go"}, what))
        .row("Go, one channel for all results", run({"peer_pool_go"}, shared))
        .goal_value(ours, "ns", 60);
    suite.run(std::move(result));
}

// One worker is on one processor, the thread that submits on another.
words bound(words what) {
    what.push_back(std::to_string(bench::measured_core()));
    what.push_back(std::to_string(bench::driver_core()));
    return what;
}

void round_trip_warm(bench::benchmark& suite, const programs& run) {
    const words unbound{"warm", "1", suite.size("500", "10")};
    const words what = bound(unbound);
    bench::table result("submit one and wait for it, one after the other, 1 worker",
                        {{"p50_ns", "median us", 1e-3}, {"p99_ns", "p99 us", 1e-3}});
    result.reference("bare ring, worker and submitter spin", run({"peer_reference_pool"}, what))
        .row(ours, run.troika(what))
        .row(mutex_queue, run({"peer_pool_mutex"}, what))
        .row("Asio post, use_future", run({"peer_pool_asio"}, what))
        .row("Go, threads where it puts them", run({"peer_pool_go"}, unbound))
        .goal_value(ours, "p50_ns", 0.5);
    suite.run(std::move(result));
}

void round_trip_cold(bench::benchmark& suite, const programs& run) {
    const words what = bound({"cold", "1", suite.size("2000", "20")});
    bench::table result("submit one and wait for it while the worker sleeps, 1 worker",
                        {{"p50_ns", "median us", 1e-3}, {"p99_ns", "p99 us", 1e-3}});
    result.reference("a bare futex there, another back", run({"peer_reference_pool"}, what))
        .row(ours, run.troika(what))
        .row(mutex_queue, run({"peer_pool_mutex"}, what))
        .row("Asio post, use_future", run({"peer_pool_asio"}, what))
        .goal_ratio(ours, 1.1);
    suite.run(std::move(result));
}

void idle(bench::benchmark& suite, const programs& run) {
    const words what{"idle", "2", suite.size("3000", "50")};
    bench::table result("nothing to do for 3 s after some jobs, 2 workers",
                        {{"cpu_percent", "% of a processor"}, {"cpu_ms", "CPU ms"}});
    result.row(ours, run.troika(what))
        .row(mutex_queue, run({"peer_pool_mutex"}, what))
        .row("Asio", run({"peer_pool_asio"}, what))
        .row("TBB", run({"peer_pool_tbb"}, what))
        .row("Go", run({"peer_pool_go"}, what))
        .goal_value(ours, "cpu_percent", 1)
        .rounds_at_most(3);
    suite.run(std::move(result));
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return pool_work::main<pool>(count - 1, arguments + 1);

    bench::benchmark suite(
        count, arguments, "pool: what does a job cost?",
        "a fresh process a sample; one thread submits, and is no worker; of batches the middle one "
        "of five after the first; of round trips the middle one, the worker bound to one processor "
        "and the submitter to another; whether the worker sleeps is asked of the kernel");
    const programs run(suite);
    jobs(suite, run, 1);
    jobs(suite, run, 2);
    round_trip_warm(suite, run);
    round_trip_cold(suite, run);
    idle(suite, run);
    return suite.finish();
}
