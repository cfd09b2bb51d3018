// SPDX-License-Identifier: MIT
#include "inspect/span_index.hpp"

#include "unit/support/trace_samples.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace troika::impl {
namespace {

using testing_support::small_trace;

TEST(SpanIndex, FindsTheSpanOfALaneAtATime) {
    const trace_data trace = small_trace();
    const span_index index(trace);
    EXPECT_EQ(index.of_lane(1), std::make_pair(std::size_t{4}, std::size_t{8}));
    EXPECT_EQ(index.at(1, 499), std::nullopt);
    EXPECT_EQ(index.at(1, 500), 4u);
    EXPECT_EQ(index.at(1, 1000), 5u);   // the one that begins there
    EXPECT_EQ(index.at(1, 9500), 7u);
    EXPECT_EQ(index.at(1, 9501), std::nullopt);
    EXPECT_EQ(index.at(3, 10'000), std::nullopt);
}

TEST(SpanIndex, FindsWhereATaskRan) {
    const trace_data trace = small_trace();
    const span_index index(trace);
    EXPECT_EQ(index.on_thread(1, 1500, true), 0u);
    EXPECT_EQ(index.on_thread(1, 2500, true), 0u);
    EXPECT_EQ(index.on_thread(2, 2500, false), 1u);
    EXPECT_EQ(index.on_thread(1, 9000, false), 3u);
    EXPECT_EQ(index.on_thread(1, 5000, false), std::nullopt);   // it waits
    EXPECT_EQ(index.on_thread(0, 5000, false), 2u);             // a thread
}

TEST(SpanIndex, KnowsTheRulesOfATrace) {
    EXPECT_EQ(span_index::why_inconsistent(small_trace()), nullptr);
    EXPECT_EQ(span_index::why_inconsistent(trace_data()), nullptr);
    const auto mistake = [](const std::function<void(trace_data&)>& make) {
        trace_data trace = small_trace();
        make(trace);
        EXPECT_THROW(span_index{trace}, std::invalid_argument);
        return span_index::why_inconsistent(trace) != nullptr;
    };
    EXPECT_TRUE(mistake([](auto& t) { t.texts.clear(); }));
    EXPECT_TRUE(mistake([](auto& t) { t.texts[0] = "x"; }));
    EXPECT_TRUE(mistake([](auto& t) { t.length = -1; }));
    EXPECT_TRUE(mistake([](auto& t) { t.processes[0].name = 999; }));
    EXPECT_TRUE(mistake([](auto& t) { t.lanes[0].process = 2; }));
    EXPECT_TRUE(mistake([](auto& t) { t.lanes[0].kind = static_cast<lane_kind>(3); }));
    EXPECT_TRUE(mistake([](auto& t) { t.spans[0].name = 999; }));
    EXPECT_TRUE(mistake([](auto& t) { t.spans[0].state = static_cast<span_state>(7); }));
    EXPECT_TRUE(mistake([](auto& t) { t.spans[0].begin = -1; }));
    EXPECT_TRUE(mistake([](auto& t) { t.spans[0].end = t.spans[0].begin - 1; }));
    EXPECT_TRUE(mistake([](auto& t) { t.spans[0].end = 2501; }));   // overlaps the next
    EXPECT_TRUE(mistake([](auto& t) { t.spans.back().end = t.length + 1; }));
    EXPECT_TRUE(mistake([](auto& t) { std::swap(t.spans[0], t.spans[4]); }));
    EXPECT_TRUE(mistake([](auto& t) { t.arrows[0].to_lane = 5; }));
    EXPECT_TRUE(mistake([](auto& t) { t.arrows[0].to = 1100; }));
    EXPECT_TRUE(mistake([](auto& t) { t.moments[0].at = 10'001; }));
    EXPECT_TRUE(mistake([](auto& t) { t.moments[0].lane = 5; }));
    EXPECT_TRUE(mistake([](auto& t) { t.counters[0].process = 2; }));
    EXPECT_TRUE(mistake([](auto& t) { t.counters[0].samples[0].at = 3000; }));
}

}  // namespace
}  // namespace troika::impl
