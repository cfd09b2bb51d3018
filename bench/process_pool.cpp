// SPDX-License-Identifier: MIT
// What does a call to another process cost: one by one, in batches, and with much to carry?
#include "compare.hpp"
#include "peers/process_work.hpp"

#include <troika/core/future.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/process_pool.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

int same(int value) { return value; }
double ends(const std::vector<double>& of) { return of.front() + of.back(); }

class pool {
public:
    explicit pool(int workers) : processes_({.workers = static_cast<std::size_t>(workers)}) {}

    int once(int value) { return processes_.submit<&same>(value).get(); }
    long batch(int count) {
        std::vector<troika::future<int>> answers;
        answers.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) answers.push_back(processes_.submit<&same>(i));
        long sum = 0;
        for (const troika::future<int>& answer : answers) sum += answer.get();
        return sum;
    }
    long map(int count, int chunk) {
        std::vector<int> inputs(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) inputs[static_cast<std::size_t>(i)] = i;
        long sum = 0;
        for (const int each :
             processes_.map<&same>(inputs, {.chunk = static_cast<std::size_t>(chunk)}))
            sum += each;
        return sum;
    }
    double carry(std::vector<double>& what) {
        return processes_.submit<&ends>(std::move(what)).get();
    }

private:
    troika::process_pool processes_;
};

using words = std::vector<std::string>;

constexpr const char* ours = "troika process_pool";

words python(const char* make, const words& what) {
    // The works of process_work.hpp.
    static constexpr const char* program =
        "import sys, time\n"
        "def same(i): return i\n"
        "def once(i): return pool.apply(same, (i,)) if old else pool.submit(same, i).result()\n"
        "def main(what, workers, n, chunk=1):\n"
        "    global pool, old\n"
        "    workers, n, chunk = int(workers), int(n), int(chunk)\n"
        "    old = sys.argv[1] == 'Pool'\n"
        "    if old:\n"
        "        from multiprocessing import Pool\n"
        "        pool = Pool(workers)\n"
        "    else:\n"
        "        from concurrent.futures import ProcessPoolExecutor\n"
        "        pool = ProcessPoolExecutor(workers)\n"
        "    once(1)\n"
        "    t = time.perf_counter()\n"
        "    if what == 'trips':\n"
        "        for i in range(n): assert once(i) == i\n"
        "    else:\n"
        "        assert sum(pool.map(same, range(n), chunksize=chunk)) == n * (n - 1) // 2\n"
        "    print(f'us={(time.perf_counter() - t) / n * 1e6}')\n"
        "main(*sys.argv[2:])\n";
    words all{"python3", "-c", program, make};
    all.insert(all.end(), what.begin(), what.end());
    return all;
}

class tables {
public:
    explicit tables(bench::benchmark& suite) : suite_(suite) {}

    void trips() {
        const std::string count = suite_.size("20000", "100");
        bench::table warm("call and wait, back to back, 1 worker", {{"us", "us/call"}});
        warm.reference("bare rings, both sides spin",
                       run({"peer_reference_process", "spin", count}))
            .row(ours, run({bench::self(), "trips", "1", count}))
            .row("Python multiprocessing.Pool", run(python("Pool", {"trips", "1", "2000"})))
            .row("Python ProcessPoolExecutor", run(python("Executor", {"trips", "1", "2000"})))
            .goal_value(ours, "us", 1);
        suite_.run(std::move(warm));

        const std::string few = suite_.size("2000", "20");
        bench::table cold("call and wait while the worker sleeps, 1 worker", {{"us", "us/call"}});
        cold.reference("a bare futex there, another back",
                       run({"peer_reference_process", "sleep", few}))
            .row(ours, run({bench::self(), "rested", "1", few}))
            .goal_ratio(ours, 1.1);
        suite_.run(std::move(cold));
    }

    void batches() {
        const std::string count = suite_.size("200000", "100");
        bench::table one("many calls, then all results, 2 workers", {{"us", "us/call"}});
        one.row(ours, run({bench::self(), "batch", "2", count}))
            .row("Python multiprocessing.Pool", run(python("Pool", {"map", "2", "20000"})))
            .row("Python ProcessPoolExecutor", run(python("Executor", {"map", "2", "5000"})))
            .goal_value(ours, "us", 1);
        suite_.run(std::move(one));

        bench::table chunks("map in chunks of 100, 2 workers", {{"us", "us/element"}});
        chunks.row(ours, run({bench::self(), "map", "2", count, "100"}))
            .row("Python multiprocessing.Pool", run(python("Pool", {"map", "2", count, "100"})))
            .row("Python ProcessPoolExecutor",
                 run(python("Executor", {"map", "2", count, "100"})))
            .goal_value(ours, "us", 0.2);
        suite_.run(std::move(chunks));
    }

    void carried() {
        const std::string size = suite_.size("64", "1");
        bench::table large("64 MiB to a worker, by value", {{"ms", "ms"}});
        large
            .reference("bare copies through shared memory",
                       run({"peer_reference_process", "copy", size}))
            .row(ours, run({bench::self(), "carry", "1", size}))
            .goal_ratio(ours, 1.1);
        suite_.run(std::move(large));
    }

private:
    [[nodiscard]] bench::command run(words program) const {
        bench::command what = suite_.measured(std::move(program));
        what.core = -1;   // processes are to be on several
        return what;
    }
    bench::benchmark& suite_;
};

}  // namespace

int main(int count, char** arguments) {
    troika::process_entry();
    if (count >= 4 && std::string_view(arguments[1]).find('-') == std::string_view::npos)
        return process_work::main<pool>(count - 1, arguments + 1);

    bench::benchmark suite(
        count, arguments, "process_pool: what does a call to another process cost?",
        "a fresh process a sample, its workers started before what is measured; nothing is bound "
        "to a processor; before each call to a worker that sleeps, 200 us pass");
    tables all(suite);
    all.trips();
    all.batches();
    all.carried();
    return suite.finish();
}
