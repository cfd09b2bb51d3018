// SPDX-License-Identifier: MIT
// What does a call to another process cost: one by one, in batches, and with much to carry?
#include "compare.hpp"
#include "peers/process_work.hpp"
#include "peers/start_work.hpp"
#include "remote_work.hpp"

#include <troika/core/future.hpp>
#include <troika/proc/process.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/process_pool.hpp>
#include <troika/proc/shared_array.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using remote_work::same;
int first(troika::shared_array<int> of, int index) { return of[static_cast<std::size_t>(index)]; }
void nothing() {}

// lend N MEBIBYTES: each call takes a shared array of that size
int lend(int count, std::size_t mebibytes) {
    troika::process_pool processes({.workers = 1});
    const troika::shared_array<int> shared((mebibytes << 20) / sizeof(int), 7);
    const auto once = [&] {
        measuring::expect(processes.submit<&first>(shared, 1).get() == 7);
    };
    once();
    std::printf("us=%.4f\n", process_work::average_us(count, [&](int) { once(); }));
    return 0;
}

// begin process|pool N MEGABYTES: starts and ends a process, or a pool and its first worker
int begin(std::string_view what, const char* count, const char* megabytes) {
    return start_work::measure(count, megabytes, [&] {
        if (what == "process") return troika::process::start<&nothing>().join() == 0;
        troika::process_pool one({.workers = 1});
        return one.submit<&same>(1).get() == 1;
    });
}

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

    void started() {
        const std::string count = suite_.size("300", "5");
        bench::table start("start a process of this program, and wait for its end; 100 MB resident",
                           {{"us", "us/process"}});
        start
            .reference("vfork and execve of the same program, waitpid",
                       run({"peer_reference_start", "vfork", count, "100", bench::self(), "end"}))
            .row("troika process", run({bench::self(), "begin", "process", count, "100"}))
            .row("troika process_pool: made, one call, ended",
                 run({bench::self(), "begin", "pool", count, "100"}))
            .row("Python multiprocessing.Process (fork)",
                 run({"python3", "-c",
                      "import multiprocessing, sys, time\n"
                      "def nothing(): pass\n"
                      "n = int(sys.argv[1]); b = bytearray(int(sys.argv[2]) << 20)\n"
                      "for i in range(0, len(b), 4096): b[i] = 1\n"
                      "t = time.perf_counter()\n"
                      "for i in range(n):\n"
                      "    p = multiprocessing.Process(target=nothing); p.start(); p.join()\n"
                      "print(f'us={(time.perf_counter() - t) / n * 1e6}')",
                      "100", "100"}))
            .goal_ratio("troika process", 1.1);
        suite_.run(std::move(start));
    }

    void carried() {
        const std::string count = suite_.size("20000", "100");
        bench::table lent("a call that is lent a shared array of 64 MiB", {{"us", "us/call"}});
        lent.reference("an empty call", run({bench::self(), "trips", "1", count}))
            .row(ours, run({bench::self(), "lend", count, "64"}))
            .goal_ratio(ours, 1.1);
        suite_.run(std::move(lent));

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
    const std::string_view what = count > 1 ? arguments[1] : "";
    if (what == "end") return 0;
    if (what == "lend" && count == 4)
        return lend(std::atoi(arguments[2]), static_cast<std::size_t>(std::atoi(arguments[3])));
    if (what == "begin" && count == 5) return begin(arguments[2], arguments[3], arguments[4]);
    if (count >= 4 && std::string_view(arguments[1]).find('-') == std::string_view::npos)
        return process_work::main<remote_work::pool<troika::process_pool>>(count - 1,
                                                                           arguments + 1);

    bench::benchmark suite(
        count, arguments, "process_pool: what does a call to another process cost?",
        "a fresh process a sample, its workers started before what is measured; nothing is bound "
        "to a processor; before each call to a worker that sleeps, 200 us pass");
    tables all(suite);
    all.trips();
    all.batches();
    all.carried();
    all.started();
    return suite.finish();
}
