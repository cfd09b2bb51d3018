// SPDX-License-Identifier: MIT
#include "lab/lane_picture.hpp"

#include "lab/quantities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace troika::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr shown_style plain{.colour = false, .unicode = false, .columns = 60};   // 46 for time

trace_data two_threads() {
    trace_data trace;
    text_table texts(trace);
    trace.length = 46'000'000;   // a millisecond for each column
    trace.processes = {{.pid = 1, .name = texts.id_of("threads")}};
    trace.lanes = {
        {.process = 0, .kind = lane_kind::thread, .id = 1, .name = texts.id_of("thread 1")},
        {.process = 0, .kind = lane_kind::thread, .id = 2, .name = texts.id_of("thread 2")},
        {.process = 0, .kind = lane_kind::thread, .id = 3, .name = texts.id_of("idle")},
        {.process = 0, .kind = lane_kind::strip, .id = 1, .name = texts.id_of("GIL")}};
    const auto span = [&](std::uint32_t lane, span_state state, int begin, int end,
                          std::uint64_t task = 0) {
        trace.spans.push_back({.lane = lane, .state = state, .name = 0, .detail = 0, .task = task,
                               .begin = begin * std::int64_t{1'000'000},
                               .end = end * std::int64_t{1'000'000}});
    };
    span(0, span_state::runs, 0, 5);
    span(0, span_state::blocked, 5, 10);
    span(0, span_state::ready, 12, 14);
    span(1, span_state::locked, 0, 5);
    span(1, span_state::runs, 5, 46);
    span(3, span_state::holds, 0, 5, 1);
    span(3, span_state::holds, 5, 46, 2);
    return trace;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

TEST(lane_picture, shows_states_on_an_axis) {
    const trace_data trace = two_threads();
    const std::vector<std::string> lines =
        lines_of(lane_picture({{.name = "threads", .note = "46 ms", .trace = &trace}}, plain));
    ASSERT_GE(lines.size(), 6u);
    EXPECT_THAT(lines[0], StartsWith("              |0"));
    EXPECT_THAT(lines[0], HasSubstr("46.0 ms|"));
    EXPECT_EQ(lines[1], "threads  46 ms");
    EXPECT_EQ(lines[2], " thread 1     #####:::::  --");
    EXPECT_EQ(lines[3], " thread 2     xxxxx" + std::string(41, '#'));
    // The idle lane is not shown.
    EXPECT_EQ(lines[4], " GIL          11111" + std::string(41, '2'));
    EXPECT_EQ(lines[5], "# computes  : blocked in a call");
    EXPECT_EQ(lines[6], "- ready, but has to wait its turn  x waits for the GIL");
    EXPECT_EQ(lines[7], "GIL: the number of the thread that has it");
    EXPECT_EQ(lines.size(), 8u);
}

TEST(lane_picture, runs_share_the_axis) {
    const trace_data trace = two_threads();
    trace_data shorter = two_threads();
    shorter.spans.resize(1);
    shorter.length = 5'000'000;
    const std::vector<std::string> lines =
        lines_of(lane_picture({{.name = "a", .note = "", .trace = &shorter},
                               {.name = "b", .note = "", .trace = &trace}}, plain));
    EXPECT_EQ(lines[1], "a");
    EXPECT_EQ(lines[2], " thread 1     #####");
    EXPECT_EQ(lines[3], "b");
}

TEST(lane_picture, what_is_short_is_seen_all_the_same) {
    trace_data trace = two_threads();
    trace.spans = {{.lane = 0, .state = span_state::runs, .name = 0, .detail = 0, .task = 0,
                    .begin = 20'100'000, .end = 20'100'001}};
    const std::vector<std::string> lines =
        lines_of(lane_picture({{.name = "a", .note = "", .trace = &trace}}, plain));
    EXPECT_EQ(lines[2], " thread 1     " + std::string(20, ' ') + "#");
}

TEST(lane_picture, counts_lanes_that_it_does_not_show) {
    trace_data trace;
    trace.length = 1000;
    trace.processes = {{.pid = 1, .name = 0}};
    for (std::uint32_t i = 0; i < lanes_shown_max + 4; ++i) {
        trace.lanes.push_back({.process = 0, .kind = lane_kind::thread, .id = i + 1, .name = 0});
        trace.spans.push_back({.lane = i, .state = span_state::runs, .name = 0, .detail = 0,
                               .task = 0, .begin = 0, .end = 1000});
    }
    const std::string text = lane_picture({{.name = "a", .note = "", .trace = &trace}}, plain);
    EXPECT_THAT(text, HasSubstr(" and 5 more\n"));
    EXPECT_EQ(lines_of(text).size(), 2 + (lanes_shown_max - 1) + 2);
}

TEST(lane_picture, follows_the_width_and_fits_it) {
    const trace_data trace = two_threads();
    for (const std::size_t columns : {std::size_t{10}, std::size_t{60}, std::size_t{80},
                                      std::size_t{200}})
        for (const bool unicode : {false, true}) {
            const std::string text =
                lane_picture({{.name = "threads", .note = "", .trace = &trace}},
                             {.colour = false, .unicode = unicode, .columns = columns});
            const std::size_t most = std::max(columns, shown_style::columns_min);
            const std::vector<std::string> lines = lines_of(text);
            for (std::size_t i = 0; i < 5; ++i) EXPECT_LE(columns_of(lines[i]), most) << lines[i];
            EXPECT_EQ(columns_of(lines[3]), most);   // thread 2 has something to do to the end
        }
}

TEST(lane_picture, colours_are_put_off_again) {
    const trace_data trace = two_threads();
    const std::vector<std::string> lines =
        lines_of(lane_picture({{.name = "threads", .note = "", .trace = &trace}},
                              {.colour = true, .unicode = false, .columns = 60}));
    EXPECT_THAT(lines[3], HasSubstr("\x1b[31mxxxxx\x1b[32m#"));
    EXPECT_TRUE(lines[3].ends_with("#\x1b[0m"));
}

TEST(lane_picture, threads_stand_before_tasks) {
    trace_data trace = two_threads();
    trace.lanes[0].kind = lane_kind::task;
    const std::vector<std::string> lines =
        lines_of(lane_picture({{.name = "a", .note = "", .trace = &trace}}, plain));
    EXPECT_THAT(lines[2], StartsWith(" thread 2"));
    EXPECT_THAT(lines[3], StartsWith(" thread 1"));
    EXPECT_THAT(lines[4], StartsWith(" GIL"));
}

TEST(lane_picture, of_nothing) {
    const trace_data nothing;
    EXPECT_THAT(lane_picture({{.name = "a", .note = "", .trace = &nothing}}, plain),
                HasSubstr("a\n"));
    EXPECT_FALSE(lane_picture({}, plain).empty());
}

}  // namespace
}  // namespace troika::lab
