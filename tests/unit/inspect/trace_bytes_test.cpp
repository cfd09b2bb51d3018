// SPDX-License-Identifier: MIT
#include "inspect/trace_bytes.hpp"

#include <troika/base/random.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>

namespace {

using namespace troika;

std::vector<std::uint8_t> bytes_of(const trace_data& trace) {
    std::vector<std::uint8_t> bytes;
    write_trace_bytes(trace, [&](std::span<const std::uint8_t> piece) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    return bytes;
}

// Reads the form that trace_bytes.hpp describes, as page/trace.js does. The task of a span becomes
// the index of its lane + 1.
class reader {
public:
    explicit reader(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

    trace_data read() {
        for (const char letter : std::string("TTL1")) EXPECT_EQ(number(), std::uint64_t(letter));
        trace_.length = time();
        trace_.begin_ns = difference();
        trace_.lost = number();
        read_texts();
        trace_.processes.resize(number());
        for (auto& process : trace_.processes) process = {small(), small()};
        read_lanes();
        read_spans();
        read_moments();
        std::int64_t at = 0;
        trace_.arrows.resize(number());
        for (auto& arrow : trace_.arrows) {
            arrow.kind = arrow_kind(number());
            arrow.from = at += time();
            arrow.to = at + time();
            arrow.from_lane = small();
            arrow.to_lane = small();
        }
        trace_.counters.resize(number());
        for (auto& counter : trace_.counters) read_counter(counter);
        EXPECT_EQ(at_, bytes_.size());
        return trace_;
    }

private:
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t byte = bytes_.at(at_++);
            value |= std::uint64_t(byte & 127) << shift;
            if (byte < 128) return value;
        }
    }
    std::int64_t time() { return static_cast<std::int64_t>(number()); }
    std::uint32_t small() { return static_cast<std::uint32_t>(number()); }
    std::int64_t difference() {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
    }

    void read_texts() {
        std::vector<std::uint64_t> sizes(number());
        for (auto& size : sizes) size = number();
        trace_.texts.clear();
        for (const auto size : sizes) {
            const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
            trace_.texts.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
            at_ += size;
        }
    }
    void read_lanes() {
        trace_.lanes.resize(number());
        for (auto& lane : trace_.lanes) {
            lane.process = small();
            lane.kind = lane_kind(number());
            lane.id = number();
            lane.name = small();
            spans_.push_back(number());
            moments_.push_back(number());
        }
    }
    void read_spans() {
        for (std::uint32_t lane = 0; lane < spans_.size(); ++lane) {
            std::array<std::array<std::int64_t, 3>, 8> last{};
            std::int64_t at = 0;
            for (std::uint64_t i = 0; i < spans_[lane]; ++i) {
                const std::uint64_t head = number();
                auto& [name, detail, task] = last[head & 7];
                if (head & 8) at += time();
                const std::int64_t begin = at;
                at += time();
                if (head & 16) name += difference();
                if (head & 32) detail += difference();
                if (head & 64) task += difference();
                trace_.spans.push_back({.lane = lane, .state = span_state(head & 7),
                                        .name = static_cast<std::uint32_t>(name),
                                        .detail = static_cast<std::uint32_t>(detail),
                                        .task = static_cast<std::uint64_t>(task),
                                        .begin = begin, .end = at});
            }
        }
    }
    void read_moments() {
        for (std::uint32_t lane = 0; lane < moments_.size(); ++lane) {
            std::int64_t at = 0;
            for (std::uint64_t i = 0; i < moments_[lane]; ++i) {
                at += time();
                trace_.moments.push_back({.lane = lane, .name = small(), .at = at});
            }
        }
    }
    void read_counter(trace_data::counter& counter) {
        counter.process = small();
        counter.name = small();
        counter.samples.resize(number());
        trace_data::sample last;
        for (auto& sample : counter.samples) {
            sample.at = last.at += time();
            last.value = static_cast<std::int64_t>(static_cast<std::uint64_t>(last.value) +
                                                   static_cast<std::uint64_t>(difference()));
            sample.value = last.value;
        }
    }

    const std::vector<std::uint8_t>& bytes_;
    std::size_t at_ = 0;
    trace_data trace_;
    std::vector<std::uint64_t> spans_;
    std::vector<std::uint64_t> moments_;
};

// All that a span says, in one line.
std::vector<std::string> lines_of(const trace_data& trace) {
    std::vector<std::string> lines;
    for (const auto& s : trace.spans)
        lines.push_back(std::to_string(s.lane) + " " + std::to_string(int(s.state)) + " " +
                        trace.texts[s.name] + " " + trace.texts[s.detail] + " " +
                        std::to_string(s.task) + " " + std::to_string(s.begin) + " " +
                        std::to_string(s.end));
    return lines;
}

trace_data small_trace() {
    trace_data trace;
    text_table text(trace);
    trace.begin_ns = -5;
    trace.length = 1'000'000'000'000;
    trace.lost = 3;
    trace.processes = {{.pid = 10, .name = text.id_of("one")}, {.pid = 11, .name = 0}};
    trace.lanes = {{.process = 0, .kind = lane_kind::thread, .id = 7, .name = text.id_of("loop")},
                   {.process = 0, .kind = lane_kind::task, .id = 7, .name = text.id_of("task")},
                   {.process = 1, .kind = lane_kind::task, .id = ~std::uint64_t{0}, .name = 0},
                   {.process = 0, .kind = lane_kind::strip, .id = 7, .name = text.id_of("GIL")}};
    const auto work = text.id_of("work");
    trace.spans = {
        {.lane = 0, .state = span_state::runs, .name = work, .detail = text.id_of("a.cpp:1"),
         .task = 7, .begin = 0, .end = 5},
        {.lane = 0, .state = span_state::runs, .name = work, .detail = 0, .task = 8, .begin = 5,
         .end = 5},
        {.lane = 0, .state = span_state::runs, .name = work, .detail = 0, .task = 0,
         .begin = 999'999'999'999, .end = 1'000'000'000'000},
        {.lane = 2, .state = span_state::failed, .name = 0, .detail = 0,
         .task = ~std::uint64_t{0}, .begin = 1, .end = 2},
        {.lane = 3, .state = span_state::holds, .name = 0, .detail = 0, .task = 7, .begin = 0,
         .end = 9}};
    return trace;
}

TEST(TraceBytes, ComeBack) {
    trace_data trace = small_trace();
    trace.moments = {{.lane = 1, .name = 1, .at = 9},
                     {.lane = 0, .name = 2, .at = 4},
                     {.lane = 1, .name = 3, .at = 2}};
    trace.arrows = {{.kind = arrow_kind::result, .from_lane = 1, .to_lane = 0, .from = 8, .to = 9},
                    {.kind = arrow_kind::call, .from_lane = 0, .to_lane = 1, .from = 1, .to = 70}};
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    trace.counters = {{.process = 1, .name = 1,
                       .samples = {{.at = 0, .value = most}, {.at = 7, .value = -most - 1},
                                   {.at = 7, .value = 0}}}};
    check_trace(trace, "small");
    const trace_data read = reader(bytes_of(trace)).read();
    EXPECT_EQ(read.length, trace.length);
    EXPECT_EQ(read.begin_ns, trace.begin_ns);
    EXPECT_EQ(read.lost, trace.lost);
    EXPECT_EQ(read.texts, trace.texts);
    ASSERT_EQ(read.processes.size(), 2u);
    EXPECT_EQ(read.processes[0].pid, 10u);
    EXPECT_EQ(read.processes[0].name, trace.processes[0].name);
    ASSERT_EQ(read.lanes.size(), trace.lanes.size());
    for (std::size_t i = 0; i < read.lanes.size(); ++i) {
        EXPECT_EQ(read.lanes[i].process, trace.lanes[i].process);
        EXPECT_EQ(read.lanes[i].kind, trace.lanes[i].kind);
        EXPECT_EQ(read.lanes[i].id, trace.lanes[i].id);
        EXPECT_EQ(read.lanes[i].name, trace.lanes[i].name);
    }
    ASSERT_EQ(read.moments.size(), 3u);
    EXPECT_EQ(read.moments[0].lane, 0u);
    EXPECT_EQ(read.moments[1].at, 2);
    EXPECT_EQ(read.moments[2].name, 1u);
    ASSERT_EQ(read.arrows.size(), 2u);
    EXPECT_EQ(read.arrows[0].kind, arrow_kind::call);
    EXPECT_EQ(read.arrows[0].to, 70);
    EXPECT_EQ(read.arrows[1].from_lane, 1u);
    ASSERT_EQ(read.counters.size(), 1u);
    ASSERT_EQ(read.counters[0].samples.size(), 3u);
    EXPECT_EQ(read.counters[0].samples[0].value, most);
    EXPECT_EQ(read.counters[0].samples[1].value, -most - 1);
    EXPECT_EQ(read.counters[0].samples[2].value, 0);
}

TEST(TraceBytes, SpansNameTheLaneOfTheirTask) {
    const trace_data trace = small_trace();
    const trace_data read = reader(bytes_of(trace)).read();
    std::vector<std::uint64_t> tasks;
    for (const auto& span : read.spans) tasks.push_back(span.task);
    // Task 7, an unknown one, none, one of the other process; and the strip's holder is a thread.
    EXPECT_THAT(tasks, testing::ElementsAre(2, 0, 0, 3, 1));
}

TEST(TraceBytes, OfManySpansComeBackAndAreSmall) {
    trace_data trace;
    text_table text(trace);
    troika::random chance(1);
    trace.processes.push_back({.pid = 1, .name = 0});
    for (std::uint32_t lane = 0; lane < 50; ++lane)
        trace.lanes.push_back({.process = 0, .kind = lane_kind::task, .id = lane + 1, .name = 0});
    for (std::uint32_t lane = 0; lane < 50; ++lane) {
        std::int64_t at = 0;
        for (int i = 0; i < 2000; ++i) {
            if (chance() % 4 == 0) at += static_cast<std::int64_t>(chance() % 1'000'000);
            const auto end = at + static_cast<std::int64_t>(chance() % 10'000'000);
            trace.spans.push_back({.lane = lane, .state = span_state(chance() % 6),
                                   .name = text.id_of("wait " + std::to_string(chance() % 40)),
                                   .detail = text.id_of("line " + std::to_string(chance() % 40)),
                                   .task = chance() % 51, .begin = at, .end = end});
            at = end;
        }
        trace.length = std::max(trace.length, at);
    }
    check_trace(trace, "many");
    const std::vector<std::uint8_t> bytes = bytes_of(trace);
    EXPECT_EQ(lines_of(reader(bytes).read()), lines_of(trace));
    EXPECT_LT(bytes.size(), trace.spans.size() * 9);
}

TEST(TraceBytes, OfATaskThatWaitsInALoopAreFourASpan) {
    trace_data trace = small_trace();
    trace.spans.clear();
    for (std::int64_t i = 0; i < 1000; ++i) {
        trace.spans.push_back({.lane = 1, .state = i % 2 ? span_state::runs : span_state::waits,
                               .name = i % 2 ? 1u : 2u, .detail = 3, .task = 0,
                               .begin = i * 100'000, .end = (i + 1) * 100'000});
    }
    const auto whole = bytes_of(trace).size();
    trace.spans.clear();
    EXPECT_LE(whole - bytes_of(trace).size(), 4100u);
}

TEST(TraceBytes, HoldOnlyTextThatMayBeSeen) {
    trace_data trace;
    trace.texts = {"", "\xFF\x1B", std::string(1 << 21, 'x')};
    const trace_data read = reader(bytes_of(trace)).read();
    EXPECT_EQ(read.texts[1], "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(read.texts[2].size(), text_table::text_bytes_max);
}

TEST(CheckTrace, SaysWhatIsWrong) {
    const auto expect = [](std::string_view rule, const std::function<void(trace_data&)>& spoil) {
        trace_data trace = small_trace();
        check_trace(trace, "good");
        spoil(trace);
        try {
            check_trace(trace, "mine");
            ADD_FAILURE() << "passes: " << rule;
        } catch (const std::invalid_argument& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr("trace \"mine\": "));
            EXPECT_THAT(error.what(), testing::HasSubstr(std::string(rule)));
        }
    };
    expect("length is negative", [](trace_data& t) { t.length = -1; });
    expect("process names no text", [](trace_data& t) { t.processes[0].name = 99; });
    expect("belongs to no process", [](trace_data& t) { t.lanes[0].process = 2; });
    expect("lane names no text", [](trace_data& t) { t.lanes[0].name = 99; });
    expect("no known kind", [](trace_data& t) { t.lanes[0].kind = lane_kind(9); });
    expect("on no lane", [](trace_data& t) { t.spans[4].lane = 4; });
    expect("span names no text", [](trace_data& t) { t.spans[4].detail = 99; });
    expect("no known state", [](trace_data& t) { t.spans[4].state = span_state(7); });
    expect("before it begins", [](trace_data& t) { t.spans[4].end = -1; });
    expect("after the trace", [](trace_data& t) { t.spans[4].end = t.length + 1; });
    expect("order of lane and time", [](trace_data& t) { t.spans[1].begin = 4; });
    expect("order of lane and time", [](trace_data& t) { std::swap(t.spans[3], t.spans[4]); });
    expect("from or to no lane", [](trace_data& t) { t.arrows.push_back({.to_lane = 4}); });
    expect("back in time", [](trace_data& t) { t.arrows.push_back({.from = 5, .to = 4}); });
    expect("arrow is of no known kind",
           [](trace_data& t) { t.arrows.push_back({.kind = arrow_kind(6)}); });
    expect("moment is on no lane", [](trace_data& t) { t.moments.push_back({.lane = 4}); });
    expect("outside of the trace", [](trace_data& t) { t.moments.push_back({.at = -1}); });
    expect("counter has no process",
           [](trace_data& t) { t.counters.push_back({.process = 2, .name = 0, .samples = {}}); });
    expect("samples are not in the order", [](trace_data& t) {
        t.counters.push_back({.process = 0, .name = 0, .samples = {{.at = 2}, {.at = 1}}});
    });
}

}  // namespace
