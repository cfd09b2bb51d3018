// SPDX-License-Identifier: MIT
#include "apps/troika_mpi/model_ranks.hpp"

#include "lab/answering_server.hpp"
#include "lab/computing.hpp"
#include "lab/remote_tasks.hpp"
#include "os/clock.hpp"

#include <troika/mpi/mpi_entry.hpp>
#include <troika/mpi/mpi_pool.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace troika::apps {

namespace {

/// What a rank needs to do tasks as they are done on rank 0's host: its own server that answers.
lab::answering_server& own_server() {
    static const std::unique_ptr<lab::answering_server> made =
        std::make_unique<lab::answering_server>();
    return *made;
}

/// Returns: the rank, and its clock.
std::pair<std::uint32_t, time_point> get_ready() {
    static_cast<void>(own_server());
    return {static_cast<std::uint32_t>(mpi_rank()), os::steady_time()};
}

lab::remote_done do_here(const lab::work_task& task, lab::work_place place, std::uint64_t number) {
    place.port = own_server().port();
    lab::remote_done made = lab::do_task(task, place, number);
    made.rank = static_cast<std::uint32_t>(mpi_rank());
    return made;
}

/// How far each rank's clock is ahead of ours; by rank. Hosts count from when they were started.
std::vector<duration> clock_offsets(mpi_pool& pool) {
    std::vector<duration> ahead(pool.size() + 1);
    constexpr int rounds = 3;   // the first wakes them
    for (int round = 0; round < rounds; ++round) {
        for (future<std::pair<std::uint32_t, time_point>>& each : pool.broadcast<&get_ready>()) {
            const auto [rank, theirs] = each.get();
            if (rank < ahead.size()) ahead[rank] = theirs - os::steady_time();
        }
    }
    return ahead;
}

void shift(lab::remote_done& by_rank, duration ahead) {
    by_rank.began -= ahead;
    by_rank.ended -= ahead;
    for (lab::lane_span& span : by_rank.spans) {
        span.begin -= ahead.count();
        span.end -= ahead.count();
    }
}

std::vector<lab::remote_done> do_all(mpi_pool& pool, lab::run_context& run,
                                     std::vector<time_point>& submitted) {
    std::vector<future<lab::remote_done>> answers;
    for (std::size_t task = 0; task < run.what.tasks.size(); ++task) {
        submitted.push_back(os::steady_time());
        answers.push_back(pool.submit<&do_here>(run.what.tasks[task], run.how.place,
                                                static_cast<std::uint64_t>(task)));
    }
    std::vector<lab::remote_done> all;
    std::exception_ptr failure;
    for (future<lab::remote_done>& each : answers) {
        try {
            all.push_back(std::move(each).get());
        } catch (...) {
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
    return all;
}

/// Ranks that are there already are not part of what is measured.
struct ready_ranks {
    mpi_pool pool;
    std::vector<duration> ahead = clock_offsets(pool);
};

ready_ranks& ranks_there() {
    static const std::unique_ptr<ready_ranks> made = std::make_unique<ready_ranks>();
    return *made;
}

time_point run_on_ranks(lab::run_context& run) {
    std::vector<time_point> submitted;
    ready_ranks& ranks = ranks_there();
    std::vector<lab::remote_done> all = do_all(ranks.pool, run, submitted);
    const time_point ended = os::steady_time();
    for (lab::remote_done& each : all) {
        if (each.rank < ranks.ahead.size()) shift(each, ranks.ahead[each.rank]);
        run.workers_cpu += each.cpu;
    }
    lab::note_remote(run, submitted, all, ended, "rank");
    return ended;
}

}  // namespace

lab::rank_job ranks_for_lab() {
    return {static_cast<std::uint32_t>(ranks_there().pool.size()),
            [](const lab::workload& what, const lab::model_settings& how) {
                return lab::run_measured(what, how, &run_on_ranks);
            }};
}

}  // namespace troika::apps
