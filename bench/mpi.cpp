// SPDX-License-Identifier: MIT
// links: mpi-c
// What does a call to another rank cost, and do many ranks stay busy?
#include "compare.hpp"
#include "peers/process_work.hpp"
#include "remote_work.hpp"
#include "support/mpi_job.hpp"

#include <troika/mpi/mpi_pool.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using remote_work::same;
/// Computes for a millisecond of one processor, however long that takes.
int compute(int value) {
    const double begin = measuring::clock_ns(CLOCK_THREAD_CPUTIME_ID);
    while (measuring::clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin < 1e6) measuring::relax();
    return value;
}

// busy CALLS: of a millisecond each, one to a message; how much of the processors they had
int busy(int count) {
    troika::mpi_pool ranks;
    std::vector<int> inputs(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) inputs[static_cast<std::size_t>(i)] = i;
    for (const int each : ranks.map<&same>(inputs)) static_cast<void>(each);
    long sum = 0;
    const double ns = measuring::measure([&] {
                          for (const int each : ranks.map<&compute>(inputs)) sum += each;
                      }).ns;
    measuring::expect(sum == static_cast<long>(count) * (count - 1) / 2);
    const double places = std::min<double>(std::thread::hardware_concurrency(),
                                           static_cast<double>(ranks.size()));
    std::printf("share=%.4f\n", count * 1e6 / places / ns);
    return 0;
}

using words = std::vector<std::string>;
constexpr const char* ours = "troika mpi_pool";

class tables {
public:
    explicit tables(bench::benchmark& suite) : suite_(suite) {}

    void trips() {
        const std::string count = suite_.size("200000", "100");
        bench::table warm("call and wait, back to back, 1 worker", {{"us", "us/call"}});
        warm.reference("bare MPI_Send and MPI_Recv", ranks(2, {peer(), "trips", count}))
            .row("bare MPI_Isend and MPI_Test", ranks(2, {peer(), "polled", count}))
            .row(ours, ranks(2, {bench::self(), "trips", "1", count}))
            .row("mpi4py MPIPoolExecutor", python(2, "trips", suite_.size("2000", "20")))
            .goal_ratio(ours, 1.5)
            .goal_ratio(ours, "us", 0.1, "mpi4py MPIPoolExecutor");
        suite_.run(std::move(warm));

        const std::string few = suite_.size("2000", "20");
        bench::table cold("call and wait after 200 us, 1 worker", {{"us", "us/call"}});
        cold.row(ours, ranks(2, {bench::self(), "rested", "1", few}));
        suite_.run(std::move(cold));
    }

    void batches() {
        const std::string count = suite_.size("100000", "100");
        bench::table one("many calls, then all results, 3 workers", {{"us", "us/call"}});
        one.row(ours, ranks(4, {bench::self(), "batch", "3", count}))
            .row("mpi4py MPIPoolExecutor", python(4, "map", suite_.size("5000", "20")));
        suite_.run(std::move(one));

        bench::table chunks("map in chunks of 100, 3 workers", {{"us", "us/element"}});
        chunks.row(ours, ranks(4, {bench::self(), "map", "3", count, "100"}));
        suite_.run(std::move(chunks));
    }

    void carried() {
        const std::string size = suite_.size("1024", "1");
        bench::table large(size + " MiB to a worker, by value", {{"ms", "ms"}});
        large.reference("bare MPI, into a new vector", ranks(2, {peer(), "carry", size}))
            .row("bare MPI, into memory that is there", ranks(2, {peer(), "carry_ready", size}))
            .row(ours, ranks(2, {bench::self(), "carry", "1", size}))
            .goal_ratio(ours, 1.1)
            .warm_up()
            .rounds_at_most(3);
        suite_.run(std::move(large));
    }

    void kept_busy() {
        bench::table share("calls of 1 ms, 4 ranks: the part of the processors that they had",
                           {{"lack", "lack"}});
        const auto measure = [this] {
            bench::sample made =
                bench::run(ranks(4, {bench::self(), "busy", suite_.size("100000", "100")}));
            made["lack"] = 1 - made.at("share");
            return made;
        };
        share.row(ours, measure).goal_value(ours, "lack", 0.1).rounds_at_most(3);
        suite_.run(std::move(share));
    }

private:
    static const char* peer() { return "peer_reference_mpi"; }

    /// The same with mpi4py, where python3 has it.
    [[nodiscard]] bench::table::measurement python(int count, const char* what,
                                                   const std::string& calls) const {
        const bench::command whole =
            ranks(count, {"python3", "-m", "mpi4py.futures",
                          BENCH_INCLUDE "/../bench/peers/pool_mpi4py.py", what, calls});
        return [whole] {
            try {
                bench::command has_it;
                has_it.arguments = {"python3", "-c", "import mpi4py"};
                bench::run(has_it);
            } catch (const std::runtime_error&) {
                throw bench::left_out("python3 has no mpi4py");
            }
            return bench::run(whole);
        };
    }

    /// As so many ranks of one job.
    [[nodiscard]] bench::command ranks(int count, words program) const {
        if (program[0] == peer()) program[0] = bench::find_program(peer());
        return bench::mpi_job(suite_, count, std::move(program));
    }
    bench::benchmark& suite_;
};

}  // namespace

int main(int count, char** arguments) {
    troika::mpi_entry();
    if (count == 3 && std::string_view(arguments[1]) == "busy")
        return busy(std::atoi(arguments[2]));
    if (count >= 4 && std::string_view(arguments[1]).find('-') == std::string_view::npos)
        return process_work::main<remote_work::pool<troika::mpi_pool>>(count - 1, arguments + 1);

    bench::benchmark suite(count, arguments, "mpi_pool: what does a call to another rank cost?",
                           "a job of its own a sample; more ranks than processors, none bound");
    tables all(suite);
    all.trips();
    all.batches();
    all.carried();
    all.kept_busy();
    return suite.finish();
}
