// SPDX-License-Identifier: MIT
#include "lab/comparison.hpp"

#include "comparison_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

comparison_plan small_plan() {
    workload_sizes sizes;
    sizes.tasks = 4;
    comparison_plan plan;
    plan.what = built_in_workload("breakfast", sizes);
    plan.folder = ::testing::TempDir();
    return plan;
}

TEST(comparison, runs_all_models_in_turn) {
    comparison_plan plan = small_plan();
    plan.models = {work_model::sync, work_model::async};
    plan.repeats = 3;
    std::vector<std::string> seen;
    const comparison made = compare(plan, [&](work_model model, unsigned done, unsigned total) {
        EXPECT_EQ(total, 6u);
        EXPECT_EQ(done, seen.size());
        seen.emplace_back(name_of(model));
    });
    EXPECT_THAT(seen, ElementsAre("sync", "async", "sync", "async", "sync", "async"));
    ASSERT_EQ(made.models.size(), 2u);
    EXPECT_EQ(made.repeats, 3u);
    EXPECT_GE(made.machine.processors, 1u);
    const model_result& sync = *made.find(work_model::sync);
    const model_result& async = *made.find(work_model::async);
    EXPECT_EQ(made.find(work_model::threads), nullptr);
    EXPECT_EQ(sync.runs.size(), 3u);
    EXPECT_GE(sync.wall().least, 0.220);
    EXPECT_LT(async.wall().median, sync.wall().median);
    EXPECT_LE(sync.wall().least, sync.wall().median);
    EXPECT_LE(sync.wall().median, sync.wall().most);
    EXPECT_GE(sync.latency(0.99).median, sync.latency(0.5).median);
    EXPECT_FALSE(async.trace.spans.empty());
    const double shown = static_cast<double>(sync.trace.length) / 1e9;
    EXPECT_GE(shown, sync.wall().least * 0.999);
    EXPECT_LE(shown, sync.wall().most * 1.001);
}

TEST(comparison, a_plan_has_to_make_sense) {
    const auto refuses = [](auto change) {
        comparison_plan plan = small_plan();
        change(plan);
        EXPECT_THROW(static_cast<void>(compare(plan, nullptr)), std::invalid_argument);
    };
    refuses([](comparison_plan& p) { p.what.tasks.clear(); });
    refuses([](comparison_plan& p) { p.workers = 0; });
    refuses([](comparison_plan& p) { p.workers = workers_max + 1; });
    refuses([](comparison_plan& p) { p.repeats = 0; });
    refuses([](comparison_plan& p) { p.repeats = comparison_plan::repeats_max + 1; });
    refuses([](comparison_plan& p) { p.switch_interval = duration(0); });
    refuses([](comparison_plan& p) { p.switch_interval = 11s; });
    refuses([](comparison_plan& p) { p.what.tasks[0].steps[0].time = 4000s; });   // an hour
}

TEST(comparison, what_goes_wrong_in_a_run_is_reported) {
    workload_sizes sizes;
    sizes.tasks = 2;
    comparison_plan plan;
    plan.what = built_in_workload("files", sizes);
    plan.models = {work_model::threads};
    plan.repeats = 1;
    plan.folder = ::testing::TempDir() + "/there-is-no-such-folder";
    EXPECT_THROW(static_cast<void>(compare(plan, nullptr)), std::exception);
}

TEST(comparison, models_that_make_no_difference_are_left_out) {
    EXPECT_THAT(models_for(built_in_workload("breakfast")),
                Not(Contains(work_model::async_pool)));
    EXPECT_THAT(models_for(built_in_workload("cpu")), Not(Contains(work_model::async_pool)));
    EXPECT_THAT(models_for(built_in_workload("mixed")), Contains(work_model::async_pool));
}

TEST(comparison, repeats_fit_into_the_time) {
    EXPECT_EQ(repeats_for(small_plan(), 2), comparison_plan::repeats_default_max);
    comparison_plan longer = small_plan();
    longer.what.tasks[0].steps[0].time = 20s;
    EXPECT_EQ(repeats_for(longer, 2), 1u);
    longer.repeats = 7;
    EXPECT_EQ(repeats_for(longer, 2), 7u);
    longer.repeats = 1000;
    EXPECT_THROW(static_cast<void>(repeats_for(longer, 2)), std::invalid_argument);
}

TEST(comparison, expected_times) {
    const workload cpu = built_in_workload("cpu");   // 800 ms
    EXPECT_GE(expected_time(work_model::sync, cpu, 1, 4), 800ms);
    EXPECT_GE(expected_time(work_model::threads_gil, cpu, 4, 4), 800ms);
    EXPECT_LT(expected_time(work_model::threads, cpu, 4, 4), 400ms);
    const workload io = built_in_workload("io");   // 2 s
    EXPECT_GE(expected_time(work_model::sync, io, 1, 4), 2s);
    EXPECT_LT(expected_time(work_model::async, io, 1, 4), 200ms);
}

TEST(comparison, figures_of_a_result) {
    const model_result made = result_of(work_model::threads, {2.0, 1.0, 4.0}, 2.0, megabyte, 2);
    EXPECT_EQ(made.wall().median, 2.0);
    EXPECT_EQ(made.busy().median, 1.0);
    EXPECT_EQ(made.busy().most, 2.0);
    EXPECT_EQ(made.latency(1).most, 4.0);
    EXPECT_EQ(made.of(&run_figures::switches).median, 12.0);
}

}  // namespace
}  // namespace troika::lab
