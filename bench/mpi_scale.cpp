// SPDX-License-Identifier: MIT
// links: mpi-c
// How many ranks can one master keep busy, with which chunks, and what would a tree of masters
// change? What a message costs rank 0 is measured here; what follows for many ranks is computed,
// and a simulation of rank 0's queue says whether it is so.
#include "compare.hpp"
#include "peers/measuring.hpp"
#include "support/mpi_job.hpp"

#include <troika/mpi/mpi_pool.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

int same(int value) { return value; }
/// Computes for some microseconds.
int slow(int value) {
    volatile int rounds = 4000;
    while (rounds > 0) rounds = rounds - 1;
    return value;
}

/// Processor time of rank 0 for one chunk of a map, in microseconds.
template <int (*function)(int)>
double chunk_us(troika::mpi_pool& ranks, const std::vector<int>& inputs, std::size_t chunk) {
    long sum = 0;
    const measuring::taken all = measuring::measure([&] {
        for (const int each : ranks.map<function>(inputs, {.chunk = chunk})) sum += each;
    });
    measuring::expect(sum == static_cast<long>(inputs.size()));
    return all.cpu_ns / 1e3 * static_cast<double>(chunk) / static_cast<double>(inputs.size());
}

// cost COUNT: what rank 0 spends on a message, and on each element in it
int cost(int count) {
    troika::mpi_pool ranks;
    const std::vector<int> inputs(static_cast<std::size_t>(count), 1);
    // While it waits for a chunk, rank 0 looks for it for a while and then sleeps: what it spends
    // on that is the same for chunks of both sizes, as both take long.
    constexpr std::size_t small = 1024;
    constexpr std::size_t large = 8192;
    static_cast<void>(chunk_us<&slow>(ranks, inputs, large));   // the first time memory is new
    const double element =
        (chunk_us<&slow>(ranks, inputs, large) - chunk_us<&slow>(ranks, inputs, small)) /
        (large - small);
    // Here it has always something to do.
    const double alone = chunk_us<&same>(ranks, inputs, 1);
    std::printf("message_us=%.4f\nelement_us=%.4f\n", alone - element, std::max(0.0, element));
    return 0;
}

// ---- the model; times in microseconds

struct master_cost {
    double message = 5;    ///< to send a chunk and to take its results
    double element = 0.1;  ///< of that, for each element
};
/// A message's way, there or back, between two hosts of a cluster.
constexpr double way = 5;

/// What many ranks do with elements of one length.
struct setting {
    double ranks = 4;
    double element = 1000;   ///< a rank's time for one
    master_cost cost{};
};

/// The part of the time in which the master works, if all ranks are busy.
double busy(const setting& at, double chunk) {
    return at.ranks * (at.cost.message + at.cost.element * chunk) / (chunk * at.element);
}

/// The smallest chunk with which the master is busy for `most` of the time; 0: there is none,
/// because the elements alone take longer.
double smallest_chunk(const setting& at, double most = 0.5) {
    const double left = most * at.element - at.ranks * at.cost.element;
    return left <= 0 ? 0 : std::max(1.0, std::ceil(at.ranks * at.cost.message / left));
}

/// The part of the ranks' time in which they work, in a run in which each could work for `length`:
/// each has two chunks at most, and rank 0 takes results and sends chunks one after the other. Some
/// chunks take half as long as others, some half as long again.
double share(const setting& at, double chunk, double length) {
    const double each = chunk * at.element;
    const auto ranks = static_cast<std::size_t>(at.ranks);
    auto left = static_cast<std::size_t>(std::ceil(length / each)) * ranks;
    double total = 0;
    const double half = (at.cost.message + at.cost.element * chunk) / 2;
    using answer = std::pair<double, std::size_t>;   // when it comes, from whom
    std::priority_queue<answer, std::vector<answer>, std::greater<>> answers;
    std::vector<double> rank_free(ranks);
    std::minstd_rand chance;
    std::uniform_real_distribution<double> length_of(0.5 * each, 1.5 * each);
    double master = 0;
    double end = 0;
    const auto send = [&](std::size_t rank) {
        master += half;
        const double work = length_of(chance);
        total += work;
        rank_free[rank] = std::max(master + way, rank_free[rank]) + work;
        answers.emplace(rank_free[rank] + way, rank);
        --left;
    };
    for (std::size_t i = 0; i < 2 * ranks && left > 0; ++i) send(i % ranks);
    while (!answers.empty()) {
        const auto [came, rank] = answers.top();
        answers.pop();
        master = std::max(master, came) + half;
        end = master;
        if (left > 0) send(rank);
    }
    return total / (end * at.ranks);
}

std::string with_commas(int number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
}

constexpr int rank_counts[] = {4, 16, 64, 256, 1'000, 4'000, 10'000};

class tables {
public:
    explicit tables(bench::benchmark& suite) : suite_(suite) {}

    void measured() {
        const auto once = [this] {
            const bench::sample made = bench::run(
                bench::mpi_job(suite_, 4, {bench::self(), "cost", suite_.size("200000", "2000")}));
            cost_ = {made.at("message_us"), made.at("element_us")};
            return made;
        };
        bench::table costs("what rank 0 spends, 3 workers on this machine",
                           {{"message_us", "us/message"}, {"element_us", "us/element"}});
        costs.row("troika mpi_pool", once).rounds_at_most(3);
        suite_.run(std::move(costs));
    }

    /// One master, and the smallest chunks that leave it idle for half of the time.
    void one_master(double element_us, const std::string& name) {
        bench::table made("one master, elements of " + name,
                          {{"chunk", "elements/chunk"},
                           {"alone", "% busy, chunks of 1", 100},
                           {"busy", "% busy", 100},
                           {"share", "% of ideal in 10 s", 100},
                           {"first", "ms to the last rank"}});
        for (const int ranks : rank_counts) {
            made.row(with_commas(ranks) + " ranks", [this, ranks, element_us] {
                const setting at{static_cast<double>(ranks), element_us, cost_};
                const double chunk = smallest_chunk(at);
                if (chunk == 0)
                    throw bench::left_out("elements alone keep it busy for " +
                                          std::to_string(std::lround(busy(at, 1e9) * 100)) + " %");
                bench::sample row;
                row["chunk"] = chunk;
                row["alone"] = busy(at, 1);
                row["busy"] = busy(at, chunk);
                row["share"] = share(at, chunk, 10e6 / suite_.size(1, 100));
                row["first"] = at.ranks * (cost_.message + cost_.element * chunk) / 2 / 1e3;
                return row;
            });
        }
        made.rounds_at_most(1);
        suite_.run(std::move(made));
    }

    /// A master for each sqrt(n) ranks, and one above them, which deals out chunks of chunks.
    void tree(double element_us, const std::string& name) {
        bench::table made("a tree of masters, elements of " + name,
                          {{"chunk", "elements/chunk"},
                           {"dealt", "elements/master's chunk"},
                           {"busy", "% busy, a master", 100},
                           {"root", "% busy, the root", 100},
                           {"first", "ms to the last rank"}});
        for (const int ranks : rank_counts) {
            made.row(with_commas(ranks) + " ranks", [this, ranks, element_us] {
                const double masters = std::ceil(std::sqrt(ranks));
                const setting below{std::ceil(ranks / masters), element_us, cost_};
                const double chunk = smallest_chunk(below);
                if (chunk == 0) throw bench::left_out("elements alone take too long");
                const double dealt = 2 * chunk * below.ranks;
                // Seen from the root, a master with its ranks is one fast rank.
                const setting above{masters, element_us / below.ranks, cost_};
                bench::sample row;
                row["chunk"] = chunk;
                row["dealt"] = dealt;
                row["busy"] = busy(below, chunk);
                row["root"] = busy(above, dealt);
                row["first"] = (masters * (cost_.message + cost_.element * dealt) +
                                below.ranks * (cost_.message + cost_.element * chunk)) / 2 / 1e3;
                return row;
            });
        }
        made.rounds_at_most(1);
        suite_.run(std::move(made));
    }

private:
    bench::benchmark& suite_;
    master_cost cost_;
};

}  // namespace

int main(int count, char** arguments) {
    troika::mpi_entry();
    if (count == 3 && std::string_view(arguments[1]) == "cost")
        return cost(std::atoi(arguments[2]));

    bench::benchmark suite(count, arguments,
                           "mpi_pool: how many ranks can one master keep busy?",
                           "costs are measured here, of a job on one machine; ranks are simulated");
    tables all(suite);
    all.measured();
    for (const auto& [element_us, name] : {std::pair(1e3, "1 ms"), std::pair(10e3, "10 ms"),
                                           std::pair(100e3, "100 ms")}) {
        all.one_master(element_us, name);
        all.tree(element_us, name);
    }
    return suite.finish();
}
