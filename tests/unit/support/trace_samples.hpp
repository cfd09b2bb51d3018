// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace troika::testing_support {

/// A small trace with something of everything: two processes, a thread each, two tasks and a strip.
inline trace_data small_trace() {
    trace_data trace;
    text_table texts(trace);
    const auto t = [&](std::string_view text) { return texts.id_of(text); };
    trace.processes = {{100, t("parent")}, {200, t("child")}};
    trace.lanes = {
        {0, lane_kind::thread, 101, t("main")},
        {0, lane_kind::task, 0x100000001, t("first")},
        {0, lane_kind::task, 0x100000002, t("second")},
        {1, lane_kind::thread, 200, t("worker")},
        {0, lane_kind::strip, 1, t("GIL")},
    };
    trace.spans = {
        {0, span_state::runs, t("first"), t("main.cpp:3"), 0x100000001, 1000, 2500},
        {0, span_state::runs, t("second"), 0, 0x100000002, 2500, 4000},
        {0, span_state::waits, t("I/O"), 0, 0, 4000, 9000},
        {0, span_state::runs, t("first"), 0, 0x100000001, 9000, 9500},
        {1, span_state::ready, t("first"), 0, 0x100000001, 500, 1000},
        {1, span_state::runs, t("first"), t("main.cpp:3"), 0x100000001, 1000, 2500},
        {1, span_state::waits, t("sleep"), t("main.cpp:5"), 0x100000001, 2500, 9000},
        {1, span_state::failed, t("first"), t("cancelled"), 0x100000001, 9000, 9500},
        {2, span_state::ready, t("second"), 0, 0x100000002, 1200, 2500},
        {2, span_state::runs, t("second"), 0, 0x100000002, 2500, 4000},
        {3, span_state::runs, t("call"), 0, 0, 5000, 6001},
        {4, span_state::holds, t("first"), 0, 0x100000001, 1000, 2500},
    };
    trace.arrows = {
        {arrow_kind::submit, 1, 2, 1200, 2500},
        {arrow_kind::call, 2, 3, 4000, 5000},
        {arrow_kind::wake, 0, 1, 8000, 9000},
        {arrow_kind::steal, 3, 0, 20, 30},   // where nothing goes on
    };
    trace.moments = {{0, t("loaded"), 3000}, {1, t("halfway"), 1500}};
    trace.counters = {{0, t("tasks ready"), {{500, 1}, {2500, 0}}}, {1, t("debt"), {{5000, -7}}}};
    trace.begin_ns = 1'000'000'000'000;
    trace.length = 10'000;
    trace.lost = 3;
    return trace;
}

/// Names that break what does not expect them.
inline constexpr std::string_view nasty_names[] = {
    std::string_view("</script><script>alert(1)</script>"),
    std::string_view("\"quoted\" \\ and \\u0041"),
    std::string_view("line\nbreak\ttab\r\x01\x1b[31m\x7f"),
    std::string_view("no\xff\xfeUTF-8\xc0\x80\xed\xa0\x80\xf5"),
    std::string_view("cut \xe2\x82"),
    std::string_view("zero\0in the middle", 18),
    std::string_view("\xd0\xba\xd0\xbe\xd1\x84\xd0\xb5 \xf0\x9f\x8d\xb3"),
};

/// The same with nasty names for everything.
inline trace_data nasty_trace() {
    trace_data trace = small_trace();
    for (std::size_t i = 1; i < trace.texts.size(); ++i)
        trace.texts[i] = nasty_names[i % std::size(nasty_names)];
    trace.texts[1] = std::string(std::size_t{1} << 20, '"');
    return trace;
}

/// `count` spans on one thread, each of a task of its own, which an arrow wakes.
inline trace_data large_trace(std::uint32_t count) {
    trace_data trace;
    text_table texts(trace);
    const auto name = texts.id_of("a task");
    trace.processes = {{100, texts.id_of("program")}};
    trace.lanes.push_back({0, lane_kind::thread, 100, texts.id_of("main")});
    for (std::uint32_t i = 0; i < count; ++i) {
        trace.lanes.push_back({0, lane_kind::task, i + 1, name});
        trace.spans.push_back({0, span_state::runs, name, 0, i + 1, i * 100, i * 100 + 90});
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        trace.spans.push_back({i + 1, span_state::runs, name, 0, i + 1, i * 100, i * 100 + 90});
        if (i > 0) trace.arrows.push_back({arrow_kind::wake, i, i + 1, i * 100 - 20, i * 100});
    }
    trace.length = static_cast<std::int64_t>(count) * 100;
    return trace;
}

}  // namespace troika::testing_support
