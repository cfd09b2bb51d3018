// SPDX-License-Identifier: MIT
#include "lab/recording.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace troika::lab {
namespace {

using namespace std::chrono_literals;

constexpr time_point at(duration since) { return time_point(1h + since); }

TEST(recording, spans_follow_each_other) {
    lane_record lane;
    lane.add(span_state::runs, 1, at(0ms), at(1ms));
    lane.add(span_state::runs, 1, at(1ms), at(2ms));              // goes on
    lane.add(span_state::runs, 2, at(2ms), at(3ms));              // another name
    lane.add(span_state::blocked, 2, at(2500us), at(4ms));        // overlaps: cut
    lane.add(span_state::blocked, 2, at(3ms), at(4ms));           // nothing is left
    lane.add(span_state::blocked, 2, at(6ms), at(5ms));           // empty
    ASSERT_EQ(lane.spans().size(), 3u);
    EXPECT_EQ(lane.spans()[0].end - lane.spans()[0].begin, 2'000'000);
    EXPECT_EQ(lane.spans()[2].begin, lane.spans()[1].end);
    EXPECT_EQ(lane.spans()[2].end - lane.spans()[2].begin, 1'000'000);
}

TEST(recording, being_ready_for_a_moment_is_not_shown) {
    lane_record lane;
    lane.add_ready(1, at(0ms), at(100us));
    EXPECT_TRUE(lane.spans().empty());
    lane.add_ready(1, at(0ms), at(1ms));
    EXPECT_EQ(lane.spans().size(), 1u);
}

TEST(recording, is_bounded) {
    lane_record lane;
    for (std::size_t i = 0; i < lane_record::spans_max + 5; ++i) {
        const auto begin = at(std::chrono::milliseconds(i));
        lane.add(i % 2 == 0 ? span_state::runs : span_state::blocked, 1, begin, begin + 500us);
    }
    EXPECT_EQ(lane.spans().size(), lane_record::spans_max);
    EXPECT_EQ(lane.lost(), 5u);
}

TEST(recording, becomes_a_trace) {
    recording all(at(0ms));
    const std::uint32_t process = all.add_process(77, "threads");
    const std::uint32_t name = all.text("job");
    lane_record& one = all.lane(process, lane_kind::thread, 1, all.text("thread 1"));
    lane_record& two = all.lane(process, lane_kind::thread, 2, all.text("thread 2"));
    two.add(span_state::runs, name, at(2ms), at(9ms));
    one.add(span_state::blocked, name, at(-1ms), at(2ms));   // began before the run
    all.arrow(arrow_kind::handover, one, at(2ms), two, at(1ms));   // clocks of two processors
    const trace_data trace = all.finish(at(8ms));
    EXPECT_EQ(trace.length, 8'000'000);
    ASSERT_EQ(trace.lanes.size(), 2u);
    EXPECT_EQ(trace.texts[trace.lanes[1].name], "thread 2");
    EXPECT_EQ(trace.processes[0].pid, 77u);
    ASSERT_EQ(trace.spans.size(), 2u);
    EXPECT_EQ(trace.spans[0].lane, 0u);   // in the order of lanes
    EXPECT_EQ(trace.spans[0].begin, 0);
    EXPECT_EQ(trace.spans[1].end, 8'000'000);
    EXPECT_EQ(trace.texts[trace.spans[1].name], "job");
    ASSERT_EQ(trace.arrows.size(), 1u);
    EXPECT_EQ(trace.arrows[0].from_lane, 0u);
    EXPECT_EQ(trace.arrows[0].to_lane, 1u);
    EXPECT_GE(trace.arrows[0].to, trace.arrows[0].from);
}

TEST(recording, counts_who_waits) {
    recording all(at(0ms));
    const std::uint32_t process = all.add_process(77, "async");
    lane_record& loop = all.lane(process, lane_kind::thread, 1, 0);
    lane_record& one = all.lane(process, lane_kind::task, 1, 0);
    lane_record& two = all.lane(process, lane_kind::task, 2, 0);
    loop.add(span_state::waits, 0, at(0ms), at(9ms));   // of a thread: for results
    one.add(span_state::waits, 0, at(0ms), at(4ms));
    one.add(span_state::runs, 0, at(4ms), at(5ms));
    two.add(span_state::waits, 0, at(2ms), at(4ms));
    const trace_data trace = all.finish(at(9ms));
    ASSERT_EQ(trace.counters.size(), 1u);
    EXPECT_EQ(trace.texts[trace.counters[0].name], "waiting");
    const auto& samples = trace.counters[0].samples;
    ASSERT_EQ(samples.size(), 3u);
    EXPECT_EQ(samples[0].value, 1);
    EXPECT_EQ(samples[1].at, 2'000'000);
    EXPECT_EQ(samples[1].value, 2);
    EXPECT_EQ(samples[2].at, 4'000'000);
    EXPECT_EQ(samples[2].value, 0);
}

}  // namespace
}  // namespace troika::lab
