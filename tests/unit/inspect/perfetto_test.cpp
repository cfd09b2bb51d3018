// SPDX-License-Identifier: MIT
#include <troika/inspect/perfetto.hpp>

#include "unit/support/protobuf_message.hpp"
#include "unit/support/trace_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

using namespace testing_support;

struct track {
    std::string name;
    std::uint64_t parent = 0;
    std::uint64_t pid = 0;
    std::uint64_t tid = 0;
    bool counts = false;
};
struct event {
    std::uint64_t at = 0;
    std::uint64_t type = 0;
    std::uint64_t on = 0;
    std::string name;
    std::string category;
    std::string detail;
    std::int64_t value = 0;
    std::vector<std::uint64_t> flows;
    std::vector<std::uint64_t> last_flows;
};

/// A trace as Perfetto's trace processor takes it: by the numbers in its protos.
struct decoded {
    std::map<std::uint64_t, track> tracks;
    std::vector<event> events;

    explicit decoded(const std::string& bytes) {
        std::map<std::uint64_t, std::string> names;
        bool first = true;
        for (const auto& packet_field : protobuf_message(bytes).fields()) {
            EXPECT_EQ(packet_field.number, 1u);
            const protobuf_message packet(packet_field.bytes);
            EXPECT_EQ(packet.value(10), 1u);               // trusted_packet_sequence_id
            EXPECT_EQ(packet.value(13), first ? 3u : 2u);   // sequence_flags
            first = false;
            const protobuf_message interned = packet.message(12);
            for (const auto& one : interned.fields()) {
                EXPECT_EQ(one.number, 2u);   // event_names
                const protobuf_message name(one.bytes);
                EXPECT_TRUE(names.emplace(name.value(1), name.text(2)).second);
            }
            if (packet.has(60)) take_track(packet.message(60));
            if (packet.has(11)) take_event(packet, names);
        }
    }
    void take_track(const protobuf_message& from) {
        track one;
        one.name = from.text(2);
        one.parent = from.value(5);
        one.counts = from.has(8);
        if (from.has(3)) {
            one.pid = from.message(3).value(1);
            one.name = from.message(3).text(6);
        }
        if (from.has(4)) {
            one.pid = from.message(4).value(1);
            one.tid = from.message(4).value(2);
            one.name = from.message(4).text(5);
        }
        EXPECT_TRUE(one.parent == 0 || tracks.contains(one.parent));
        EXPECT_TRUE(tracks.emplace(from.value(1), one).second);
    }
    void take_event(const protobuf_message& packet,
                    const std::map<std::uint64_t, std::string>& names) {
        const protobuf_message from = packet.message(11);
        event one;
        one.at = packet.value(8);
        one.type = from.value(9);
        one.on = from.value(11);
        EXPECT_TRUE(tracks.contains(one.on));
        if (from.has(10)) {
            ASSERT_TRUE(names.contains(from.value(10)));
            one.name = names.at(from.value(10));
        }
        one.category = from.text(22);
        if (from.has(4)) {
            EXPECT_EQ(from.message(4).text(10), "detail");
            one.detail = from.message(4).text(6);
        }
        one.value = static_cast<std::int64_t>(from.value(30));
        one.flows = from.values(47);
        one.last_flows = from.values(48);
        events.push_back(one);
    }
    [[nodiscard]] std::uint64_t named(const std::string& name, bool with_tid) const {
        for (const auto& [id, one] : tracks)
            if (one.name == name && (one.tid != 0) == with_tid && one.parent != 0) return id;
        ADD_FAILURE() << "no track " << name;
        return 0;
    }
    [[nodiscard]] std::vector<event> on(std::uint64_t id) const {
        std::vector<event> found;
        for (const event& one : events)
            if (one.on == id) found.push_back(one);
        return found;
    }
};

decoded of(const trace_data& trace) {
    std::string bytes;
    write_perfetto(trace, [&](std::string_view piece) { bytes += piece; });
    return decoded(bytes);
}

TEST(Perfetto, HasATrackForEachProcessLaneAndCounter) {
    const decoded trace = of(small_trace());
    ASSERT_EQ(trace.tracks.size(), 2u + 5u + 2u + 1u);   // and one for what was lost
    const track& thread = trace.tracks.at(trace.named("main", true));
    EXPECT_EQ(thread.pid, 100u);
    EXPECT_EQ(thread.tid, 101u);
    EXPECT_EQ(trace.tracks.at(thread.parent).name, "parent");
    EXPECT_EQ(trace.tracks.at(thread.parent).pid, 100u);
    const track& task = trace.tracks.at(trace.named("first", false));
    EXPECT_EQ(trace.tracks.at(task.parent).name, "parent");
    EXPECT_TRUE(trace.tracks.at(trace.named("debt", false)).counts);
    EXPECT_FALSE(task.counts);
}

TEST(Perfetto, GivesTheSpansOfALane) {
    const decoded trace = of(small_trace());
    const auto events = trace.on(trace.named("first", false));
    ASSERT_EQ(events.size(), 9u);   // four spans and a moment
    std::vector<event> spans;
    for (const event& one : events)
        if (one.type != 3) spans.push_back(one);
    for (std::size_t i = 0; i < spans.size(); i += 2) {
        EXPECT_EQ(spans[i].type, 1u);
        EXPECT_EQ(spans[i + 1].type, 2u);
        EXPECT_LE(spans[i].at, spans[i + 1].at);
        if (i > 0) EXPECT_GE(spans[i].at, spans[i - 1].at);
    }
    EXPECT_EQ(spans[4].name, "sleep");
    EXPECT_EQ(spans[4].category, "wait");
    EXPECT_EQ(spans[4].detail, "main.cpp:5");
    EXPECT_EQ(spans[4].at, 1'000'000'002'500u);
    EXPECT_EQ(spans[5].at, 1'000'000'009'000u);
    EXPECT_EQ(spans[6].category, "failed");
}

TEST(Perfetto, DrawsArrowsAsFlowsBetweenSpans) {
    const decoded trace = of(small_trace());
    std::map<std::uint64_t, const event*> from;
    std::map<std::uint64_t, const event*> to;
    for (const event& one : trace.events) {
        for (const std::uint64_t flow : one.flows) EXPECT_TRUE(from.emplace(flow, &one).second);
        for (const std::uint64_t flow : one.last_flows) EXPECT_TRUE(to.emplace(flow, &one).second);
    }
    ASSERT_EQ(from.size(), 4u);
    ASSERT_EQ(to.size(), 4u);
    for (const auto& [flow, begin] : from) {
        ASSERT_TRUE(to.contains(flow));
        EXPECT_LE(begin->at, to.at(flow)->at);
    }
    const auto between = [&](const std::string& a, const std::string& b) {
        return std::ranges::any_of(from, [&](const auto& one) {
            return trace.tracks.at(one.second->on).name == a &&
                   trace.tracks.at(to.at(one.first)->on).name == b;
        });
    };
    EXPECT_TRUE(between("first", "second"));
    EXPECT_TRUE(between("second", "worker"));
    EXPECT_TRUE(between("main", "first"));
    EXPECT_TRUE(between("worker", "main"));
    // The call leaves the span that ends then, and reaches the one that begins then.
    for (const auto& [flow, begin] : from)
        if (trace.tracks.at(to.at(flow)->on).name == "worker") {
            EXPECT_EQ(begin->at, 1'000'000'002'500u);
            EXPECT_EQ(to.at(flow)->at, 1'000'000'005'000u);
            EXPECT_EQ(to.at(flow)->name, "call");
        }
}

TEST(Perfetto, CountsAndMarks) {
    const decoded trace = of(small_trace());
    const auto ready = trace.on(trace.named("tasks ready", false));
    ASSERT_EQ(ready.size(), 2u);
    EXPECT_EQ(ready[0].type, 4u);
    EXPECT_EQ(ready[0].value, 1);
    EXPECT_EQ(ready[1].value, 0);
    EXPECT_EQ(trace.on(trace.named("debt", false))[0].value, -7);
    EXPECT_TRUE(std::ranges::any_of(trace.events, [](const event& one) {
        return one.type == 3 && one.name == "loaded" && one.at == 1'000'000'003'000u;
    }));
    EXPECT_TRUE(std::ranges::any_of(trace.events, [](const event& one) {
        return one.type == 3 && one.name == "3 records did not fit";
    }));
}

TEST(Perfetto, IsSoundWhateverTheNames) {
    const decoded nasty = of(nasty_trace());
    const decoded plain = of(small_trace());
    EXPECT_EQ(nasty.tracks.size(), plain.tracks.size());
    EXPECT_EQ(nasty.events.size(), plain.events.size());
    for (const event& one : nasty.events) {
        EXPECT_LE(one.name.size(), 1024u);
        for (const char c : one.name) EXPECT_GE(static_cast<unsigned char>(c), 0x20u);
    }
    EXPECT_TRUE(of(trace_data()).events.empty());
}

TEST(Perfetto, IsWrittenInPiecesAndSmall) {
    std::size_t largest = 0;
    std::size_t all = 0;
    constexpr std::uint32_t count = 20'000;
    write_perfetto(large_trace(count), [&](std::string_view piece) {
        largest = std::max(largest, piece.size());
        all += piece.size();
    });
    EXPECT_LT(largest, 64u << 10);
    EXPECT_LT(all, count * 320u);
    EXPECT_EQ(of(large_trace(500)).events.size(), 2000u);
}

TEST(Perfetto, RefusesWhatIsNoTrace) {
    trace_data trace = small_trace();
    trace.arrows[0].from_lane = 99;
    EXPECT_THROW(of(trace), std::invalid_argument);
}

}  // namespace
}  // namespace troika
