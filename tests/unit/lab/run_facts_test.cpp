// SPDX-License-Identifier: MIT
#include "lab/run_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace troika::lab {
namespace {

run_facts example(double wall_s) {
    run_facts run;
    run.wall_s = wall_s;
    run.user_s = wall_s / 2;
    run.system_s = wall_s / 4;
    run.time_s[static_cast<std::size_t>(time_use::computing)] = wall_s / 2;
    run.time_s[static_cast<std::size_t>(time_use::disk)] = wall_s / 2;
    run.looks = 10;
    run.processors = 4;
    run.switches_known = true;
    run.switches_voluntary = 5;
    run.disk_read_bytes = 100;
    run.memory_peak_bytes = static_cast<std::uint64_t>(wall_s * 1000);
    run.processes_max = wall_s > 2 ? 3 : 7;
    run.busiest.name = wall_s > 2 ? "long" : "short";
    run.busy.assign(static_cast<std::size_t>(wall_s), 1);
    return run;
}

TEST(RunFacts, SharesAndMeans) {
    const run_facts run = example(4);
    EXPECT_DOUBLE_EQ(run.cpu_s(), 3);
    EXPECT_DOUBLE_EQ(run.share(time_use::disk), 0.5);
    EXPECT_DOUBLE_EQ(run.busy_mean(), 1.5);
    EXPECT_EQ(run_facts().share(time_use::disk), 0);
    EXPECT_EQ(run_facts().busy_mean(), 0);
}

TEST(RunFacts, RunsAddUp) {
    const run_facts sum = sum_of({example(1), example(4), example(1)});
    EXPECT_DOUBLE_EQ(sum.wall_s, 6);
    EXPECT_DOUBLE_EQ(sum.cpu_s(), 4.5);
    EXPECT_DOUBLE_EQ(sum.share(time_use::computing), 0.5);
    EXPECT_EQ(sum.looks, 30u);
    EXPECT_EQ(sum.processors, 4u);
    EXPECT_EQ(sum.switches_voluntary, 15u);
    EXPECT_EQ(sum.disk_read_bytes, 300u);
    EXPECT_EQ(sum.memory_peak_bytes, 4000u);   // not all at a time
    EXPECT_EQ(sum.processes_max, 7u);
    EXPECT_EQ(sum.busiest.name, "long");
    EXPECT_EQ(sum.busy.size(), 4u);
}

TEST(RunFacts, TheBusiestAddsUpByTheTimeThatItComputed) {
    std::vector<run_facts> runs(3);
    for (run_facts& run : runs) run.busiest = {"python3", 1.0, 3, 1.0, 2.0, 100.0};
    runs[1].wall_s = 5;
    runs[1].busiest = {"python3", 2.0, 4, 3.0, 1.0, 200.0};
    const working_process all = sum_of(runs).busiest;
    EXPECT_DOUBLE_EQ(all.cpu_s, 4);
    EXPECT_EQ(all.threads, 4U);
    EXPECT_DOUBLE_EQ(all.running, 2);
    EXPECT_DOUBLE_EQ(all.locked, 1.5);
    EXPECT_DOUBLE_EQ(all.turns_per_s, 150);
}

TEST(RunFacts, WhatIsUnknownOfOneIsUnknownOfAll) {
    run_facts secret = example(1);
    secret.io_known = secret.switches_known = false;
    const run_facts sum = sum_of({example(4), secret});
    EXPECT_FALSE(sum.io_known);
    EXPECT_FALSE(sum.switches_known);
}

TEST(RunFacts, EachUseHasAName) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < time_use_count; ++i) names.insert(name_of(time_use(i)));
    EXPECT_EQ(names.size(), time_use_count);
}

}  // namespace
}  // namespace troika::lab
