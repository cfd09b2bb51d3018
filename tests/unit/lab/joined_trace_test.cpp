// SPDX-License-Identifier: MIT
#include "lab/joined_trace.hpp"

#include "comparison_samples.hpp"
#include "inspect/span_index.hpp"

#include <gtest/gtest.h>

#include <set>

namespace troika::lab {
namespace {

TEST(joined_trace, has_the_processes_of_all) {
    const comparison two = breakfast_sample();
    trace_data first = two.models[0].trace;
    trace_data second = two.models[1].trace;
    first.processes.push_back({.pid = 9, .name = text_table(first).id_of("process 1")});
    second.lanes.push_back(second.lanes[0]);
    second.lanes[1].id = 2;
    second.arrows = {{.kind = arrow_kind::wake, .from_lane = 0, .to_lane = 1, .from = 1, .to = 2}};
    second.moments = {{.lane = 1, .name = 0, .at = 5}};
    second.counters = {{.process = 0, .name = 0, .samples = {{.at = 1, .value = 2}}}};
    second.lost = 3;
    const trace_data all = join_traces({{.name = "sync", .trace = &first},
                                        {.name = "async", .trace = &second}});
    EXPECT_EQ(impl::span_index::why_inconsistent(all), nullptr);
    ASSERT_EQ(all.processes.size(), 3u);
    EXPECT_EQ(all.texts[all.processes[0].name], "sync");
    EXPECT_EQ(all.texts[all.processes[1].name], "sync: process 1");
    EXPECT_EQ(all.texts[all.processes[2].name], "async");
    std::set<std::uint32_t> pids;
    for (const trace_data::process& each : all.processes) pids.insert(each.pid);
    EXPECT_EQ(pids.size(), 3u);
    ASSERT_EQ(all.lanes.size(), 3u);
    EXPECT_EQ(all.lanes[1].process, 2u);
    EXPECT_EQ(all.texts[all.lanes[2].name], "main thread");
    EXPECT_EQ(all.spans[1].lane, 1u);
    EXPECT_EQ(all.arrows[0].from_lane, 1u);
    EXPECT_EQ(all.moments[0].lane, 2u);
    EXPECT_EQ(all.counters[0].process, 2u);
    EXPECT_EQ(all.length, first.length);
    EXPECT_EQ(all.lost, 3u);
}

TEST(joined_trace, of_none) {
    EXPECT_EQ(impl::span_index::why_inconsistent(join_traces({})), nullptr);
}

}  // namespace
}  // namespace troika::lab
