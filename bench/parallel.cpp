// SPDX-License-Identifier: MIT
// What do the algorithms gain? The works of bench/peers/parallel_work.hpp, through the public face.
#include "compare.hpp"
#include "peers/parallel_work.hpp"

#include <troika/pool/parallel_for.hpp>
#include <troika/pool/parallel_map.hpp>
#include <troika/pool/parallel_reduce.hpp>
#include <troika/pool/parallel_sort.hpp>
#include <troika/pool/thread_pool.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using parallel_work::record;

class algorithms {
public:
    explicit algorithms(int workers) : threads_({.workers = static_cast<std::size_t>(workers)}) {}

    double sum(const std::vector<double>& values) {
        return troika::parallel_reduce(threads_, values, 0.0, std::plus{});
    }
    void sort(std::vector<int>& values) { troika::parallel_sort(threads_, values); }
    void stable_sort(std::vector<record>& records) {
        troika::parallel_stable_sort(threads_, records, std::less{}, &record::key);
    }
    template <class F>
    void for_each(long count, F&& call) {
        troika::parallel_for(threads_, 0L, count, call);
    }
    template <class F>
    std::vector<double> map(const std::vector<int>& values, F&& function) {
        return troika::parallel_map(threads_, values, function);
    }

private:
    troika::thread_pool threads_;
};

using words = std::vector<std::string>;

constexpr const char* reference_name = "one thread";
constexpr const char* ours = "troika";
const words peers{"TBB", "std::execution::par", "OpenMP"};

struct comparison {
    std::string title;
    const char* what;
    int size;
    /// Wanted: at most so much of one thread's time; 0: no goal.
    double of_one_thread = 0;
    /// And of each peer's.
    double of_peers = 1;
};

void compare(bench::benchmark& suite, const comparison& of) {
    const auto program = [&](words line) {
        line.insert(line.end(), {of.what, std::to_string(of.size), "2"});
        bench::command result = suite.measured(std::move(line));
        result.core = -1;
        return result;
    };
    const bool has_tbb = std::string_view(of.what) != "stable_sort";
    bench::table result(of.title + ", 2 workers",
                        {{"ms", "ms"}, {"cpu_ms", "CPU ms"}, {"rss_mib", "peak MiB"}});
    result.reference(reference_name, program({"peer_reference_parallel"}))
        .row(ours, program({bench::self(), "work"}));
    if (has_tbb) result.row(peers[0], program({"peer_parallel_tbb"}));
    result.row(peers[1], program({"peer_parallel_std"}))
        .row(peers[2], program({"peer_parallel_openmp"}))
        .warm_up();
    if (of.of_one_thread > 0) result.goal_ratio(ours, of.of_one_thread);
    for (const std::string& peer : peers)
        if (has_tbb || peer != peers[0]) result.goal_ratio(ours, "ms", of.of_peers, peer);
    suite.run(std::move(result));
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return parallel_work::main<algorithms>(count - 1, arguments + 1);

    bench::benchmark suite(
        count, arguments, "parallel: what do the algorithms gain?",
        "a fresh process a sample; sorting is done once, the others five times after a first time "
        "that warms up, of which the middle one counts; threads are started before");
    suite.note("peers", "OpenMP sorts with libstdc++'s parallel mode; one thread sums in 8 lanes");
    // What differs by so little is noise.
    constexpr double noise = 1.02;
    constexpr double loop_noise = 1.05;
    const auto number = [&](int whole) { return suite.size(whole, 20'000); };
    compare(suite, {.title = "reduce 100,000,000 doubles",
                    .what = "reduce",
                    .size = number(100'000'000),
                    .of_peers = noise});
    compare(suite, {.title = "sort 50,000,000 integers",
                    .what = "sort",
                    .size = number(50'000'000),
                    .of_one_thread = 1 / 2.9});
    compare(suite, {.title = "sort 20,000,000 records of 8 bytes stably, by one of 65,536 keys",
                    .what = "stable_sort",
                    .size = number(20'000'000)});
    compare(suite, {.title = "for: a[i] = b[i] + 3 * c[i], 50,000,000 doubles",
                    .what = "triad",
                    .size = number(50'000'000),
                    .of_peers = loop_noise});
    compare(suite, {.title = "for: 3n + 1 until 1 is reached, 3,000,000 numbers",
                    .what = "compute",
                    .size = number(3'000'000),
                    .of_peers = loop_noise});
    compare(suite, {.title = "map 20,000,000 integers to square roots in a new vector",
                    .what = "map",
                    .size = number(20'000'000),
                    .of_peers = loop_noise});
    return suite.finish();
}
