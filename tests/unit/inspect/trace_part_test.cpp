// SPDX-License-Identifier: MIT
#include "inspect/trace_part.hpp"

#include "inspect/span_index.hpp"
#include "unit/support/trace_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace troika::impl {
namespace {

using testing_support::large_trace;
using testing_support::nasty_trace;
using testing_support::small_trace;

std::string written(const trace_part& part) {
    std::string bytes;
    write_part(part, [&](std::string_view piece) { bytes += piece; });
    return bytes;
}

trace_part read(const std::string& bytes) { return read_part(std::as_bytes(std::span(bytes))); }

trace_part sample() {
    trace_part part{small_trace(), {}};
    part.ends = {{arrow_kind::call, true, 0, 4000, 77}, {arrow_kind::result, false, 0, 9000, 77}};
    return part;
}

TEST(TracePart, ComesBackAsItWas) {
    for (const trace_data& data : {small_trace(), nasty_trace(), large_trace(3000), trace_data()}) {
        trace_part part{data, {}};
        if (!data.lanes.empty()) part.ends = sample().ends;
        const std::string bytes = written(part);
        const trace_part copy = read(bytes);
        EXPECT_EQ(written(copy), bytes);
        EXPECT_EQ(copy.data.texts, data.texts);
        EXPECT_EQ(copy.data.spans.size(), data.spans.size());
        EXPECT_EQ(copy.data.begin_ns, data.begin_ns);
        EXPECT_EQ(copy.data.length, data.length);
        EXPECT_EQ(copy.data.lost, data.lost);
        EXPECT_EQ(copy.ends.size(), part.ends.size());
    }
    const trace_part copy = read(written(sample()));
    EXPECT_EQ(copy.data.spans[6].begin, 2500);
    EXPECT_EQ(copy.data.spans[6].end, 9000);
    EXPECT_EQ(copy.data.spans[7].state, span_state::failed);
    EXPECT_EQ(copy.data.counters[1].samples[0].value, -7);
    EXPECT_EQ(copy.data.arrows[3].from, 20);
    EXPECT_EQ(copy.data.lanes[1].id, 0x100000001u);
    EXPECT_TRUE(copy.ends[0].outgoing);
    EXPECT_EQ(copy.ends[1].kind, arrow_kind::result);
    EXPECT_EQ(copy.ends[1].call, 77u);
}

TEST(TracePart, IsCompact) {
    EXPECT_LT(written({large_trace(10'000), {}}).size(), 10'000u * 50);
}

TEST(TracePart, IsRefusedWhereItIsCutOffOrFollowedBySomething) {
    const std::string whole = written(sample());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_THROW(read(whole.substr(0, size)), std::runtime_error) << size;
    EXPECT_THROW(read(whole + " "), std::runtime_error);
    EXPECT_THROW(read("a file of somebody else"), std::runtime_error);
}

TEST(TracePart, DoesNoHarmWithAnyByteChanged) {
    const std::string whole = written(sample());
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int change : {0x01, 0x80, 0xff}) {
            std::string other = whole;
            other[at] = static_cast<char>(other[at] ^ change);
            try {
                const trace_part part = read(other);
                EXPECT_EQ(span_index::why_inconsistent(part.data), nullptr);
                EXPECT_EQ(span_index::why_inconsistent(join_parts({sample(), part})), nullptr);
            } catch (const std::runtime_error&) {   // it says so: as good
            }
        }
}

TEST(TracePart, TakesNoMemoryForCountsThatLie) {
    // A header, and then a number of texts that no memory holds.
    std::string lie = written(trace_part());
    lie.resize(lie.size() - 20);                 // without the last line
    const std::size_t head = 20 + 3;             // the first line, begin, length, lost
    lie.resize(head);
    for (int i = 0; i < 8; ++i) lie += '\xff';
    lie += '\x7f';
    lie += std::string(1000, '\0');
    EXPECT_THROW(read(lie), std::runtime_error);
}

TEST(JoinedParts, AreOneTraceOnOneClock) {
    trace_part parent = sample();
    trace_part child;
    {
        text_table texts(child.data);
        child.data.processes = {{300, texts.id_of("worker 1")}};
        child.data.lanes = {{0, lane_kind::thread, 300, texts.id_of("main")}};
        child.data.spans = {{0, span_state::runs, texts.id_of("call"), 0, 0, 1500, 2500}};
        child.data.counters = {{0, texts.id_of("calls"), {{10, 1}}}};
        child.data.moments = {{0, texts.id_of("begun"), 1500}};
        child.data.begin_ns = parent.data.begin_ns + 4000;
        child.data.length = 20'000;
        child.data.lost = 4;
        child.ends = {{arrow_kind::call, false, 0, 1500, 77},
                      {arrow_kind::result, true, 0, 2500, 77},
                      {arrow_kind::result, true, 0, 2500, 78}};   // of which nobody knows
    }
    const std::size_t lanes = parent.data.lanes.size();
    for (const bool child_first : {false, true}) {
        std::vector<trace_part> parts = {parent, child};
        if (child_first) std::ranges::reverse(parts);
        const trace_data all = join_parts(parts);
        EXPECT_EQ(span_index::why_inconsistent(all), nullptr);
        EXPECT_EQ(all.begin_ns, parent.data.begin_ns);
        EXPECT_EQ(all.length, 24'000);
        EXPECT_EQ(all.lost, 7u);
        ASSERT_EQ(all.processes.size(), 3u);
        ASSERT_EQ(all.lanes.size(), lanes + 1);
        const std::size_t theirs = child_first ? 0 : lanes;
        const std::size_t ours = child_first ? 1 : 0;
        EXPECT_EQ(all.texts[all.processes[all.lanes[theirs].process].name], "worker 1");
        const auto of_child = std::ranges::find(all.spans, theirs, &trace_data::span::lane);
        ASSERT_NE(of_child, all.spans.end());
        EXPECT_EQ(of_child->begin, 5500);
        EXPECT_EQ(all.texts[of_child->name], "call");
        ASSERT_EQ(all.arrows.size(), parent.data.arrows.size() + 2);
        const auto& call = all.arrows[all.arrows.size() - 2];
        EXPECT_EQ(call.kind, arrow_kind::call);
        EXPECT_EQ(call.from_lane, ours);
        EXPECT_EQ(call.to_lane, theirs);
        EXPECT_EQ(call.from, 4000);
        EXPECT_EQ(call.to, 5500);
        const auto& result = all.arrows.back();
        EXPECT_EQ(result.kind, arrow_kind::result);
        EXPECT_EQ(result.from, 6500);
        EXPECT_EQ(result.to, 9000);
    }
    EXPECT_TRUE(join_parts({}).lanes.empty());
}

}  // namespace
}  // namespace troika::impl
