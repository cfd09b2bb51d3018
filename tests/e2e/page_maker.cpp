// SPDX-License-Identifier: MIT
// Makes pages for tests/e2e/page_test.py: page_maker FOLDER writes NAME.html, and NAME.json with
// the figures that the page has to show, for each kind of page below.
#include "page_models.hpp"

#include <troika/base/random.hpp>
#include <troika/inspect/timeline_page.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace troika;
using namespace page_models;

// Ten events that can be checked by hand.
trace_data ten_events() {
    trace_data trace;
    text_table text(trace);
    trace.processes.push_back({.pid = 4711, .name = text.id_of("ten")});
    const auto loop = add_lane(trace, lane_kind::thread, 4711, text.id_of("loop"));
    const auto kettle = add_lane(trace, lane_kind::task, 1, text.id_of("kettle"));
    const auto omelette = add_lane(trace, lane_kind::task, 2, text.id_of("omelette"));
    const auto sleep = text.id_of("sleep");
    const auto at = text.id_of("breakfast.cpp:12");
    const auto span = [&](std::uint32_t lane, span_state state, std::uint32_t name,
                          std::uint64_t task, std::int64_t begin_ms, std::int64_t end_ms) {
        trace.spans.push_back({.lane = lane, .state = state, .name = name, .detail = at,
                               .task = task, .begin = begin_ms * 1'000'000,
                               .end = end_ms * 1'000'000});
    };
    span(loop, span_state::runs, text.id_of("kettle"), 1, 0, 10);
    span(loop, span_state::runs, text.id_of("omelette"), 2, 10, 15);
    span(loop, span_state::runs, text.id_of("kettle"), 1, 60, 70);
    span(kettle, span_state::runs, text.id_of("kettle"), 0, 0, 10);
    span(kettle, span_state::waits, sleep, 0, 10, 60);
    span(kettle, span_state::runs, text.id_of("kettle"), 0, 60, 70);
    span(omelette, span_state::ready, text.id_of("omelette"), 0, 0, 10);
    span(omelette, span_state::runs, text.id_of("omelette"), 0, 10, 15);
    span(omelette, span_state::waits, sleep, 0, 15, 100);
    trace.arrows.push_back({.kind = arrow_kind::wake, .from_lane = omelette, .to_lane = kettle,
                            .from = 15'000'000, .to = 60'000'000});
    trace.length = 100'000'000;
    return trace;
}

trace_data million_events() {
    constexpr std::uint32_t threads = 32, tasks = 200;
    constexpr std::size_t spans = 1'000'000;
    trace_data trace;
    text_table text(trace);
    troika::random chance(7);
    trace.processes.push_back({.pid = 1, .name = text.id_of("million")});
    std::vector<std::uint32_t> names;
    for (int i = 0; i < 500; ++i) names.push_back(text.id_of("job " + std::to_string(i)));
    for (std::uint32_t i = 0; i < threads; ++i)
        add_lane(trace, lane_kind::thread, 100 + i, text.id_of("worker " + std::to_string(i)));
    for (std::uint32_t i = 0; i < tasks; ++i)
        add_lane(trace, lane_kind::task, i + 1, text.id_of("task " + std::to_string(i + 1)));
    const std::size_t each = spans / (threads + tasks);
    for (std::uint32_t lane = 0; lane < threads + tasks; ++lane) {
        std::int64_t time = 0;
        const std::size_t count = lane == 0 ? spans - each * (threads + tasks - 1) : each;
        for (std::size_t i = 0; i < count; ++i) {
            if (chance() % 3 == 0) time += static_cast<std::int64_t>(chance() % 1'000'000);
            const auto lasts = static_cast<std::int64_t>(1'000 + chance() % 2'000'000);
            trace.spans.push_back({.lane = lane, .state = span_state(chance() % 6),
                                   .name = names[chance() % names.size()], .detail = 0,
                                   .task = lane < threads ? chance() % tasks + 1 : 0,
                                   .begin = time, .end = time + lasts});
            time += lasts;
        }
        trace.length = std::max(trace.length, time);
    }
    for (int i = 0; i < 50'000; ++i) {
        const auto from = static_cast<std::int64_t>(
            chance() % static_cast<std::uint64_t>(trace.length - 1'000'000));
        trace.arrows.push_back({.kind = arrow_kind(chance() % 6),
                                .from_lane = static_cast<std::uint32_t>(chance() % threads),
                                .to_lane = static_cast<std::uint32_t>(chance() % threads),
                                .from = from,
                                .to = from + static_cast<std::int64_t>(chance() % 1'000'000)});
    }
    trace.counters.push_back({.process = 0, .name = text.id_of("in flight"), .samples = {}});
    for (std::int64_t i = 0; i < 50'000; ++i)
        trace.counters[0].samples.push_back(
            {.at = trace.length / 50'000 * i, .value = static_cast<std::int64_t>(chance() % 100)});
    return trace;
}

// As many tasks as a server has in an hour, each with a name of its own; one after the other, and
// some at once.
trace_data many_lanes() {
    constexpr std::uint64_t tasks = 200'000;
    trace_data trace;
    text_table text(trace);
    trace.processes.push_back({.pid = 1, .name = text.id_of("server")});
    add_lane(trace, lane_kind::thread, 1, text.id_of("loop"));
    for (std::uint64_t i = 1; i <= tasks; ++i)
        add_lane(trace, lane_kind::task, i, text.id_of("request " + std::to_string(i)));
    const auto serve = text.id_of("serve");
    const auto recv = text.id_of("recv");
    for (std::uint64_t i = 1; i <= tasks; ++i) {
        const auto at = static_cast<std::int64_t>(i) * 20'000;
        trace.spans.push_back({.lane = 0, .state = span_state::runs, .name = serve, .detail = 0,
                               .task = i, .begin = at, .end = at + 18'000});
    }
    for (std::uint64_t i = 1; i <= tasks; ++i) {
        const auto lane = static_cast<std::uint32_t>(i);
        const auto at = static_cast<std::int64_t>(i) * 20'000;
        trace.spans.push_back({.lane = lane, .state = span_state::runs, .name = serve,
                               .detail = 0, .task = 0, .begin = at, .end = at + 18'000});
        trace.spans.push_back({.lane = lane, .state = span_state::waits, .name = recv,
                               .detail = 0, .task = 0, .begin = at + 18'000,
                               .end = at + 5'000'000});
        trace.arrows.push_back({.kind = arrow_kind::submit, .from_lane = 0, .to_lane = lane,
                                .from = at - 1'000, .to = at});
    }
    trace.length = static_cast<std::int64_t>(tasks) * 20'000 + 5'000'000;
    return trace;
}

const std::array<std::string, 9> hostile_names{
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror=\"window.hacked = 2\">",
    "\"><svg onload='window.hacked = 3'>",
    "{{script}} {{title}} <!-- --> ]]> &lt;",
    std::string("nul \0 bell \a escape \x1b[31m", 24),
    "separators \xE2\x80\xA8 and \xE2\x80\xA9 turn \xE2\x80\xAE" "drawkcab",
    "no UTF-8: \xff\xfe \xc0\xaf \xed\xa0\x80 \xf0\x9f",
    "javascript:window.hacked=4 ${window.hacked=5} `x` \\u003c 中文 🍳",
    std::string(4 << 20, '<') + "megabytes",
};

trace_data hostile_trace() {
    trace_data trace;
    // Not by text_table, which would cut them.
    for (const std::string& name : hostile_names) trace.texts.push_back(name);
    const auto count = static_cast<std::uint32_t>(hostile_names.size());
    for (std::uint32_t i = 1; i <= count; ++i) {
        trace.processes.push_back({.pid = i, .name = i});
        trace.lanes.push_back({.process = i - 1, .kind = lane_kind(i % 3),
                               .id = ~std::uint64_t{0} - i, .name = i});
        trace.spans.push_back({.lane = i - 1, .state = span_state(i % 7), .name = i,
                               .detail = count - i + 1, .task = 0, .begin = i * 1'000,
                               .end = i * 100'000});
        trace.moments.push_back({.lane = i - 1, .name = i, .at = i * 50'000});
        trace.counters.push_back({.process = i - 1, .name = i,
                                  .samples = {{.at = 0, .value = -5}, {.at = 9, .value = 1}}});
    }
    trace.length = 1'000'000;
    return trace;
}

timeline_page hostile_page(const trace_data& trace) {
    timeline_page page;
    page.title = hostile_names[0];
    page.subtitle = hostile_names[1];
    page.summary.emplace();
    page.summary->caption = hostile_names[2];
    for (const std::string& name : hostile_names) {
        page.facts.push_back({.name = name, .value = name});
        page.summary->columns.push_back({.head = name, .side = timeline_page::align::left});
        page.advice.push_back(name);
        page.panels.push_back({.name = name, .caption = name, .trace = &trace});
    }
    page.summary->rows.push_back({hostile_names.begin(), hostile_names.end()});
    return page;
}

std::string figures(const timeline_page& page) {
    std::string json = "{\"panels\":[";
    for (const timeline_page::panel& panel : page.panels) {
        const trace_data& trace = *panel.trace;
        std::array<std::array<std::int64_t, 7>, 3> totals{};
        for (const trace_data::span& span : trace.spans)
            totals[static_cast<std::size_t>(trace.lanes[span.lane].kind)]
                  [static_cast<std::size_t>(span.state)] += span.end - span.begin;
        if (json.back() != '[') json += ',';
        json += "{\"length\":" + std::to_string(trace.length) +
                ",\"spans\":" + std::to_string(trace.spans.size()) +
                ",\"lanes\":" + std::to_string(trace.lanes.size()) +
                ",\"arrows\":" + std::to_string(trace.arrows.size()) + ",\"totals\":[";
        for (const auto& kind : totals) {
            json += json.back() == '[' ? "[" : ",[";
            for (const std::int64_t total : kind)
                json += (json.back() == '[' ? "" : ",") + std::to_string(total);
            json += ']';
        }
        json += "]}";
    }
    return json + "]}\n";
}

void write(const std::filesystem::path& folder, const std::string& name,
           const timeline_page& page) {
    std::ofstream html(folder / (name + ".html"), std::ios::binary);
    html.exceptions(std::ios::badbit | std::ios::failbit);
    write_timeline_page(page, [&](std::string_view piece) {
        html.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    });
    html.close();
    std::ofstream json(folder / (name + ".json"), std::ios::binary);
    json.exceptions(std::ios::badbit | std::ios::failbit);
    json << figures(page);
    json.close();
}

timeline_page page_of(const std::string& title, const trace_data& trace) {
    timeline_page page;
    page.title = title;
    page.panels.push_back({.name = title, .caption = {}, .trace = &trace});
    return page;
}

void make_all(const std::filesystem::path& folder) {
    const trace_data ten = ten_events();
    write(folder, "ten", page_of("Ten events", ten));
    const trace_data million = million_events();
    write(folder, "million", page_of("A million events", million));
    const trace_data lanes = many_lanes();
    write(folder, "lanes", page_of("Many lanes", lanes));
    const trace_data hostile = hostile_trace();
    write(folder, "hostile", hostile_page(hostile));
    const comparison compared = compare_models();
    write(folder, "compare", compared.page());
    write(folder, "empty", page_of("Nothing", trace_data{}));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: page_maker FOLDER\n", stderr);
        return 2;
    }
    try {
        make_all(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "page_maker: %s\n", error.what());
        return 1;
    }
}
