// SPDX-License-Identifier: MIT
// What does a fork cost? The works of bench/peers/fork_work.hpp, through the public face.
// Not among the peers: libfork and Taskflow, which Debian does not have.
#include "compare.hpp"
#include "peers/fork_work.hpp"

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/pool/fork_join.hpp>
#include <troika/pool/thread_pool.hpp>

#include <bit>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using fork_work::board;
using troika::task;

task<long> fib_of(int n) {
    if (n < 2) co_return n;
    auto parts = co_await troika::fork_join(fib_of(n - 1), fib_of(n - 2));
    auto& [a, b] = parts;
    co_return a + b;
}

task<long> count_each(board at) {
    if (at.complete()) co_return 1;
    std::vector<task<long>> next;
    next.reserve(static_cast<std::size_t>(std::popcount(at.open())));
    fork_work::for_each_placement(
        at, [&](std::size_t, board placed) { next.push_back(count_each(placed)); });
    const std::vector<long> counts = co_await troika::fork_join(std::move(next));
    co_return std::accumulate(counts.begin(), counts.end(), 0L);
}

/// With the next queen in one of the columns `open`: one of them is forked from the others.
task<long> count_by_two(board at, unsigned open) {
    if (at.complete()) co_return 1;
    if (open == 0) co_return 0;
    const unsigned others = open & (open - 1);
    const board next = at.with(open & ~others);
    if (others == 0) co_return co_await count_by_two(next, next.open());
    auto parts =
        co_await troika::fork_join(count_by_two(next, next.open()), count_by_two(at, others));
    auto& [a, b] = parts;
    co_return a + b;
}

class forker {
public:
    explicit forker(int workers) : threads_({.workers = static_cast<std::size_t>(workers)}) {}

    long fib(int n) { return threads_.submit(fib_of(n)).get(); }
    long queens(int n) {
        const board empty = fork_work::empty_board(n);
        return threads_.submit(count_by_two(empty, empty.open())).get();
    }

protected:
    troika::thread_pool threads_;
};

/// All placements of a row at once.
class range_forker : public forker {
public:
    using forker::forker;

    long queens(int n) { return threads_.submit(count_each(fork_work::empty_board(n))).get(); }
};

constexpr const char* reference_name = "plain calls, one thread";
constexpr const char* ours = "troika, fork_join";
constexpr const char* ours_range = "troika, fork_join of a vector";
constexpr const char* tbb_group = "TBB task_group";
constexpr const char* tbb_invoke = "TBB parallel_invoke, parallel_for";
constexpr const char* openmp = "OpenMP tasks";

void compare(bench::benchmark& suite, const std::string& title, const char* what, int size,
             int workers, double of_tbb) {
    const auto program = [&](std::vector<std::string> words) {
        words.insert(words.end(), {what, std::to_string(size), std::to_string(workers)});
        bench::command result = suite.measured(std::move(words));
        result.core = -1;
        return result;
    };
    std::vector<bench::column> columns{{"cpu_ms", "CPU ms"}, {"ms", "ms"}, {"rss_mib", "peak MiB"}};
    // One thread is measured by its processor time; with two, time is what is to be won.
    if (workers > 1) std::swap(columns[0], columns[1]);
    const std::string judged = columns.front().key;
    bench::table result(title + (workers == 1 ? ", 1 worker" : ", 2 workers"), std::move(columns));
    result.reference(reference_name, program({"peer_reference_fork"}))
        .row("bare coroutines, one thread", program({"peer_reference_fork_tasks"}))
        .row(ours, program({bench::self(), "work"}))
        .goal_ratio(ours, judged, of_tbb, tbb_group)
        .goal_ratio(ours, judged, 1, openmp);
    if (std::string_view(what) == "queens")
        result.row(ours_range, program({bench::self(), "work_range"}))
            .goal_ratio(ours_range, judged, 1, tbb_group)
            .goal_ratio(ours_range, judged, 1, openmp);
    result.row(tbb_group, program({"peer_fork_tbb"}))
        .row(tbb_invoke, program({"peer_fork_tbb_invoke"}))
        .row(openmp, program({"peer_fork_openmp"}));
    suite.run(std::move(result));
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return fork_work::main<forker>(count - 1, arguments + 1);
    if (count > 1 && std::string_view(arguments[1]) == "work_range")
        return fork_work::main<range_forker>(count - 1, arguments + 1);

    bench::benchmark suite(
        count, arguments, "fork_join: what does a fork cost?",
        "a fresh process a sample, its threads started by a smaller work before the measured one; "
        "nothing is bound to a processor; of one worker the processor time is judged, of two the "
        "time of the clock");
    const int depth = suite.size(32, 20);
    const int rows = suite.size(13, 7);
    for (const int workers : {1, 2}) {
        compare(suite, "fib(32), a task for each of 7,049,155 calls", "fib", depth, workers,
                85. / 272);
        compare(suite, "13 queens, a task for each of 4,674,889 placements", "queens", rows,
                workers, 100. / 346);
    }
    return suite.finish();
}
