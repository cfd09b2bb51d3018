// SPDX-License-Identifier: MIT
#include "lab/model_run.hpp"

#include "inspect/span_index.hpp"
#include "lab/answering_server.hpp"
#include "lab/computing.hpp"
#include "lab/spread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika::lab {
namespace {

using namespace std::chrono_literals;

class model_run_of : public ::testing::TestWithParam<work_model> {
protected:
    model_settings settings(std::uint32_t workers) {
        model_settings how;
        how.model = GetParam();
        how.workers = workers;
        how.place = {.port = server_.port(), .rounds_per_ms = measure_rounds_per_ms(),
                     .folder = ::testing::TempDir()};
        return how;
    }

private:
    const answering_server server_;
};

// One step of each kind.
workload everything(std::size_t tasks) {
    workload what{.name = "everything", .tasks = {}};
    for (std::size_t i = 1; i <= tasks; ++i)
        what.tasks.push_back({.name = "task " + std::to_string(i),
                              .steps = {{.kind = step_kind::wait, .time = 2ms},
                                        {.kind = step_kind::request, .time = 2ms},
                                        {.kind = step_kind::compute, .time = 2ms},
                                        {.kind = step_kind::file, .bytes = 100'000}}});
    return what;
}

bool has_state(const trace_data& trace, span_state state) {
    return std::ranges::find(trace.spans, state, &trace_data::span::state) != trace.spans.end();
}

TEST_P(model_run_of, all_tasks_are_done) {
    const workload what = everything(5);
    const model_run run = run_model(what, settings(3));
    const run_figures& figures = run.figures;
    ASSERT_EQ(figures.latencies_s.size(), 5u);
    for (const double each : figures.latencies_s) {
        EXPECT_GT(each, 0.004);   // a wait and a request
        EXPECT_LE(each, figures.wall_s);
    }
    EXPECT_GT(figures.cpu_s, 0.003);   // of ten milliseconds
    EXPECT_GT(figures.memory_peak_bytes, 1u << 20);
    EXPECT_GT(figures.switches(), 0u);
    EXPECT_EQ(figures.processes > 1, GetParam() == work_model::processes);

    const trace_data& trace = run.trace;
    EXPECT_EQ(impl::span_index::why_inconsistent(trace), nullptr);
    EXPECT_EQ(trace.lost, 0u);
    EXPECT_TRUE(has_state(trace, span_state::runs));
    const bool loop = GetParam() == work_model::async || GetParam() == work_model::async_pool;
    EXPECT_TRUE(has_state(trace, loop ? span_state::waits : span_state::blocked));
    EXPECT_EQ(has_state(trace, span_state::holds), GetParam() == work_model::threads_gil);
    EXPECT_NEAR(static_cast<double>(trace.length) / 1e9, figures.wall_s, 1e-3);
}

TEST_P(model_run_of, a_process_of_its_own_gives_the_same) {
    const workload what = everything(3);
    const model_run run = run_model_apart(what, settings(2));
    EXPECT_EQ(run.figures.latencies_s.size(), 3u);
    EXPECT_EQ(impl::span_index::why_inconsistent(run.trace), nullptr);
    EXPECT_FALSE(run.trace.spans.empty());
}

TEST_P(model_run_of, what_goes_wrong_is_reported) {
    workload what = everything(3);
    model_settings how = settings(2);
    how.place.folder += "/there-is-no-such-folder";
    try {
        static_cast<void>(run_model(what, how));
        ADD_FAILURE() << "nothing was reported";
    } catch (const std::exception& error) {
        EXPECT_THAT(error.what(), ::testing::MatchesRegex("(create|open) .*"));   // one, not all
        EXPECT_THAT(error.what(), ::testing::HasSubstr("there-is-no-such-folder"));
    }
}

// Ranks need a job of MPI: tests/e2e/mpi_commands_test.py.
INSTANTIATE_TEST_SUITE_P(every, model_run_of,
                         ::testing::ValuesIn(work_models.begin(), work_models.end() - 1),
                         [](const auto& what) {
                             std::string name(name_of(what.param));
                             std::ranges::replace(name, '+', '_');
                             return name;
                         });

class timed_model_run : public ::testing::Test {
protected:
    // Of a few runs: others may disturb some of them.
    spread wall_of(work_model model, const workload& what, std::uint32_t workers) {
        model_settings how;
        how.model = model;
        how.workers = workers;
        how.place = {.port = 0, .rounds_per_ms = rounds_, .folder = ::testing::TempDir()};
        std::vector<double> walls;
        for (int i = 0; i < 4; ++i) walls.push_back(run_model(what, how).figures.wall_s);
        return spread_of(walls);
    }

    const std::uint64_t rounds_ = measure_rounds_per_ms();
};

TEST_F(timed_model_run, waits_add_up_or_overlap) {
    const workload breakfast = built_in_workload("breakfast");
    EXPECT_GE(wall_of(work_model::sync, breakfast, 1).least, 0.220);
    for (const work_model model : {work_model::async, work_model::threads,
                                   work_model::threads_gil}) {
        const double wall = wall_of(model, breakfast, 4).least;
        EXPECT_GE(wall, 0.080) << name_of(model);
        EXPECT_LT(wall, 0.215) << name_of(model);   // less than one after the other
    }
}

TEST_F(timed_model_run, threads_with_a_gil_compute_one_at_a_time) {
    workload_sizes sizes;
    sizes.tasks = 4;
    sizes.compute = 15ms;
    const workload what = built_in_workload("cpu", sizes);
    // On two processors it would be half of it.
    const double alone = wall_of(work_model::sync, what, 1).least;
    EXPECT_GT(wall_of(work_model::threads_gil, what, 4).most, 0.7 * alone);
    EXPECT_GT(wall_of(work_model::async, what, 1).most, 0.7 * alone);
}

TEST_F(timed_model_run, a_loop_that_computes_keeps_others_from_asking) {
    const answering_server server;
    model_settings how;
    how.model = work_model::async;
    how.place = {.port = server.port(), .rounds_per_ms = rounds_, .folder = ""};
    const workload what{.name = "two",
                        .tasks = {{.name = "asks", .steps = {{.kind = step_kind::request,
                                                              .time = 1ms}}},
                                  {.name = "computes", .steps = {{.kind = step_kind::compute,
                                                                  .time = 30ms}}}}};
    const model_run run = run_model(what, how);
    std::int64_t ready = 0;
    for (const trace_data::span& each : run.trace.spans)
        if (each.state == span_state::ready && run.trace.texts[each.name] == "asks")
            ready += each.end - each.begin;
    EXPECT_GT(ready, duration(10ms).count());
    EXPECT_GT(run.figures.latencies_s[0], 0.010);
}

TEST(work_model, names) {
    for (const work_model each : work_models) EXPECT_EQ(model_of(name_of(each)), each);
    EXPECT_FALSE(model_of("fibers"));
}

TEST(work_model, default_workers) {
    const workload io = built_in_workload("io");
    const workload cpu = built_in_workload("cpu");
    EXPECT_EQ(default_workers(work_model::threads, io, 8), 64u);
    EXPECT_EQ(default_workers(work_model::threads, cpu, 8), 8u);
    EXPECT_EQ(default_workers(work_model::processes, io, 8), 16u);
    EXPECT_EQ(default_workers(work_model::processes, io, 32), 32u);
    EXPECT_EQ(default_workers(work_model::processes, cpu, 100), 40u);   // one for each task
    EXPECT_EQ(default_workers(work_model::async_pool, io, 8), 8u);
    EXPECT_EQ(default_workers(work_model::async, io, 8), 1u);
}

}  // namespace
}  // namespace troika::lab
