// SPDX-License-Identifier: MIT
#include "page_models.hpp"

#include <troika/base/random.hpp>

#include <algorithm>
#include <cstdio>
#include <deque>

namespace page_models {

using namespace troika;

namespace {

constexpr std::int64_t tick = 50'000;
constexpr std::int64_t ms = 1'000'000;
constexpr int jobs = 8;

struct step {
    bool computes = false;
    std::int64_t lasts = 0;
    int job = 0;
};

struct piece {
    span_state state;
    int job;
    std::int64_t begin;
    std::int64_t end;
};

// Somebody who does steps in turn, and what came of it.
struct agent {
    std::vector<step> steps;
    std::vector<piece> pieces;
    std::int64_t first = 0;   // when it begins

    std::size_t at = 0;
    std::int64_t left = 0;
    std::int64_t slice = 0;
    enum { waits, wants, has, done } phase = waits;

    void note(span_state state, std::int64_t now) {
        const int job = steps[at].job;
        if (!pieces.empty() && pieces.back().state == state && pieces.back().job == job &&
            pieces.back().end == now)
            pieces.back().end = now + tick;
        else
            pieces.push_back({state, job, now, now + tick});
    }
};

struct rules {
    std::size_t processors = 1;
    std::int64_t quantum = 1'000'000'000;
    span_state wanting = span_state::ready;
    span_state waiting = span_state::waits;
};

std::int64_t simulate(std::vector<agent>& agents, const rules& with) {
    std::deque<std::size_t> queue;
    std::size_t having = 0;
    const auto begin_step = [&](std::size_t i) {
        agent& a = agents[i];
        if (a.at == a.steps.size()) {
            a.phase = agent::done;
            return;
        }
        a.left = a.steps[a.at].lasts;
        a.phase = a.steps[a.at].computes ? agent::wants : agent::waits;
        if (a.phase == agent::wants) queue.push_back(i);
    };
    std::int64_t now = 0;
    for (std::size_t ended = 0; ended < agents.size(); now += tick) {
        for (std::size_t i = 0; i < agents.size(); ++i)
            if (agents[i].first == now) begin_step(i);
        for (; having < with.processors && !queue.empty(); queue.pop_front(), ++having) {
            agents[queue.front()].phase = agent::has;
            agents[queue.front()].slice = with.quantum;
        }
        ended = 0;
        for (std::size_t i = 0; i < agents.size(); ++i) {
            agent& a = agents[i];
            if (a.phase == agent::done) ++ended;
            if (a.first > now || a.phase == agent::done) continue;
            if (a.phase == agent::wants) {
                a.note(with.wanting, now);
                continue;
            }
            const bool computes = a.phase == agent::has;
            a.note(computes ? span_state::runs : with.waiting, now);
            a.left -= tick;
            a.slice -= tick;
            if (a.left <= 0) {
                having -= computes ? 1 : 0;
                ++a.at;
                begin_step(i);
            } else if (computes && a.slice <= 0 && !queue.empty()) {
                --having;
                a.phase = agent::wants;
                queue.push_back(i);
            }
        }
    }
    return now - tick;
}

// Two rounds: wait for a server, then compute.
std::vector<step> steps_of(int job) {
    troika::random chance(static_cast<std::uint64_t>(job) + 3);
    std::vector<step> steps;
    for (int round = 0; round < 2; ++round) {
        const auto some = [&](std::int64_t least, std::uint64_t more) {
            return (least * 20 + static_cast<std::int64_t>(chance() % (more * 20))) * tick;
        };
        steps.push_back({false, some(25, 30), job});
        steps.push_back({true, some(12, 16), job});
    }
    return steps;
}

std::string job_name(int job) {
    return "page " + std::to_string(job + 1);
}

void add_pieces(trace_data& trace, std::uint32_t lane, const agent& of, bool names_task) {
    text_table text(trace);
    for (const piece& p : of.pieces) {
        const bool waits = p.state == span_state::waits || p.state == span_state::blocked;
        const auto name = text.id_of(p.state == span_state::locked ? "GIL"
                                     : waits ? "recv " + job_name(p.job)
                                             : "parse " + job_name(p.job));
        trace.spans.push_back({.lane = lane, .state = p.state, .name = name,
                               .detail = text.id_of(waits ? "crawl.cpp:21" : "crawl.cpp:34"),
                               .task = names_task ? static_cast<std::uint64_t>(p.job) + 1 : 0,
                               .begin = p.begin, .end = p.end});
    }
}

void add_in_flight(trace_data& trace, const std::vector<agent>& agents) {
    std::vector<std::pair<std::int64_t, int>> changes;
    for (const agent& a : agents)
        for (const piece& p : a.pieces)
            if (p.state == span_state::waits || p.state == span_state::blocked) {
                changes.emplace_back(p.begin, 1);
                changes.emplace_back(p.end, -1);
            }
    std::sort(changes.begin(), changes.end());
    trace.counters.push_back(
        {.process = 0, .name = text_table(trace).id_of("requests in flight"), .samples = {}});
    std::int64_t value = 0;
    for (const auto& [at, by] : changes)
        trace.counters[0].samples.push_back({.at = at, .value = value += by});
}

trace_data one_process(const char* name) {
    trace_data trace;
    const auto id = text_table(trace).id_of(name);
    trace.processes.push_back({.pid = 4200, .name = id});
    return trace;
}

trace_data sync_model() {
    trace_data trace = one_process("sync");
    std::vector<agent> agents(1);
    for (int job = 0; job < jobs; ++job)
        for (const step& s : steps_of(job)) agents[0].steps.push_back(s);
    trace.length = simulate(agents, {.waiting = span_state::blocked});
    const auto lane = add_lane(trace, lane_kind::thread, 4200, text_table(trace).id_of("main"));
    add_pieces(trace, lane, agents[0], false);
    add_in_flight(trace, agents);
    return trace;
}

trace_data async_model() {
    trace_data trace = one_process("async");
    std::vector<agent> agents(jobs);
    for (int job = 0; job < jobs; ++job)
        agents[static_cast<std::size_t>(job)].steps = steps_of(job);
    trace.length = simulate(agents, {});
    const auto loop = add_lane(trace, lane_kind::thread, 4200, text_table(trace).id_of("loop"));
    std::vector<trace_data::span> turns;
    for (int job = 0; job < jobs; ++job) {
        const auto name = text_table(trace).id_of(job_name(job));
        const auto lane = add_lane(trace, lane_kind::task, static_cast<std::uint64_t>(job) + 1,
                                   name);
        const std::size_t before = trace.spans.size();
        add_pieces(trace, lane, agents[static_cast<std::size_t>(job)], false);
        for (std::size_t i = before; i < trace.spans.size(); ++i) {
            if (trace.spans[i].state != span_state::runs) continue;
            turns.push_back(trace.spans[i]);
            turns.back().lane = loop;
            turns.back().task = static_cast<std::uint64_t>(job) + 1;
            trace.arrows.push_back({.kind = arrow_kind::wake, .from_lane = loop, .to_lane = lane,
                                    .from = trace.spans[i].begin, .to = trace.spans[i].begin});
        }
    }
    std::sort(turns.begin(), turns.end(),
              [](const auto& a, const auto& b) { return a.begin < b.begin; });
    trace.spans.insert(trace.spans.begin(), turns.begin(), turns.end());
    add_in_flight(trace, agents);
    return trace;
}

trace_data thread_model(const char* name, const rules& with, bool strip) {
    trace_data trace = one_process(name);
    std::vector<agent> agents(jobs);
    for (int job = 0; job < jobs; ++job)
        agents[static_cast<std::size_t>(job)].steps = steps_of(job);
    trace.length = simulate(agents, with);
    for (int job = 0; job < jobs; ++job) {
        const auto id = text_table(trace).id_of("worker " + std::to_string(job + 1));
        const auto lane = add_lane(trace, lane_kind::thread,
                                   4201 + static_cast<std::uint64_t>(job), id);
        add_pieces(trace, lane, agents[static_cast<std::size_t>(job)], false);
    }
    if (strip) {
        const auto gil = add_lane(trace, lane_kind::strip, 1, text_table(trace).id_of("GIL"));
        std::vector<trace_data::span> held;
        for (const trace_data::span& s : trace.spans) {
            if (s.state != span_state::runs) continue;
            held.push_back(s);
            held.back().lane = gil;
            held.back().state = span_state::holds;
            held.back().task = trace.lanes[s.lane].id;
            held.back().name = trace.lanes[s.lane].name;
        }
        std::sort(held.begin(), held.end(),
                  [](const auto& a, const auto& b) { return a.begin < b.begin; });
        trace.spans.insert(trace.spans.end(), held.begin(), held.end());
        for (std::size_t i = 1; i < held.size(); ++i)
            if (held[i].begin == held[i - 1].end && held[i].task != held[i - 1].task)
                trace.arrows.push_back(
                    {.kind = arrow_kind::handover,
                     .from_lane = static_cast<std::uint32_t>(held[i - 1].task - 4201),
                     .to_lane = static_cast<std::uint32_t>(held[i].task - 4201),
                     .from = held[i].begin, .to = held[i].begin});
    }
    add_in_flight(trace, agents);
    return trace;
}

trace_data process_model() {
    constexpr std::size_t workers = 4;
    constexpr std::int64_t start = 14 * ms;
    trace_data trace = one_process("parent");
    std::vector<agent> agents(workers);
    for (int job = 0; job < jobs; ++job)
        for (const step& s : steps_of(job))
            agents[static_cast<std::size_t>(job) % workers].steps.push_back(s);
    for (std::size_t i = 0; i < workers; ++i)
        agents[i].first = start + static_cast<std::int64_t>(i) * ms;
    const rules with{.processors = 2, .quantum = 10 * ms, .wanting = span_state::ready,
                     .waiting = span_state::blocked};
    trace.length = simulate(agents, with) + 2 * ms;
    const auto parent = add_lane(trace, lane_kind::thread, 4200, text_table(trace).id_of("main"));
    trace.spans.push_back({.lane = parent, .state = span_state::runs,
                           .name = text_table(trace).id_of("start workers"), .detail = 0,
                           .task = 0, .begin = 0, .end = start});
    trace.spans.push_back({.lane = parent, .state = span_state::waits,
                           .name = text_table(trace).id_of("results"), .detail = 0, .task = 0,
                           .begin = start, .end = trace.length - ms});
    trace.spans.push_back({.lane = parent, .state = span_state::runs,
                           .name = text_table(trace).id_of("combine"), .detail = 0, .task = 0,
                           .begin = trace.length - ms, .end = trace.length});
    for (std::size_t i = 0; i < workers; ++i) {
        const auto pid = 4201 + static_cast<std::uint32_t>(i);
        trace.processes.push_back({.pid = pid, .name = text_table(trace).id_of("worker")});
        const auto lane = add_lane(trace, lane_kind::thread, pid,
                                   text_table(trace).id_of("worker " + std::to_string(i + 1)));
        add_pieces(trace, lane, agents[i], false);
        int job = -1;
        for (const piece& p : agents[i].pieces) {
            if (p.job == job) continue;
            trace.arrows.push_back({.kind = arrow_kind::call, .from_lane = parent,
                                    .to_lane = lane, .from = p.begin - ms / 2, .to = p.begin});
            if (job >= 0)
                trace.arrows.push_back({.kind = arrow_kind::result, .from_lane = lane,
                                        .to_lane = parent, .from = p.begin,
                                        .to = p.begin + ms / 2});
            job = p.job;
        }
        const std::int64_t end = agents[i].pieces.back().end;
        trace.arrows.push_back({.kind = arrow_kind::result, .from_lane = lane, .to_lane = parent,
                                .from = end, .to = end + ms / 2});
    }
    add_in_flight(trace, agents);
    return trace;
}

std::string decimal(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.*f", digits, value);
    return text;
}

}  // namespace

std::uint32_t add_lane(trace_data& trace, lane_kind kind, std::uint64_t id,
                       trace_data::text_id name) {
    trace.lanes.push_back({.process = static_cast<std::uint32_t>(trace.processes.size() - 1),
                           .kind = kind, .id = id, .name = name});
    return static_cast<std::uint32_t>(trace.lanes.size() - 1);
}

comparison compare_models() {
    comparison made;
    made.models.emplace_back("sync", sync_model());
    made.models.emplace_back("async", async_model());
    const rules free{.processors = 2, .quantum = 10 * ms, .wanting = span_state::ready,
                     .waiting = span_state::blocked};
    const rules locked{.processors = 1, .quantum = 5 * ms, .wanting = span_state::locked,
                       .waiting = span_state::blocked};
    made.models.emplace_back("threads", thread_model("threads", free, false));
    made.models.emplace_back("threads + GIL", thread_model("threads + GIL", locked, true));
    made.models.emplace_back("processes", process_model());
    return made;
}

timeline_page comparison::page() const {
    timeline_page page;
    page.title = "troika compare mixed";
    page.subtitle = "Eight pages are fetched and parsed: the same work in five models";
    page.facts = {{"processors", "2"}, {"kernel", "Linux 6.18"}, {"jobs", "8"},
                  {"troika", "0.1.0"}};
    page.summary.emplace();
    using enum timeline_page::align;
    page.summary->columns = {{"model", left}, {"wall", right}, {"CPU", right},
                             {"speed-up", right}, {"processors busy", right}, {"threads", right}};
    const char* captions[] = {"One after the other: while it waits, nothing computes.",
                              "One thread: others compute while some wait.",
                              "Waits overlap, and both processors compute.",
                              "Waits overlap, but one thread at a time computes.",
                              "Nothing is shared: both processors compute, after a start."};
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto& [name, trace] = models[i];
        double cpu = 0;
        for (const trace_data::span& span : trace.spans)
            if (span.state == span_state::runs &&
                trace.lanes[span.lane].kind == lane_kind::thread)
                cpu += static_cast<double>(span.end - span.begin);
        const auto wall = static_cast<double>(trace.length);
        const auto threads = std::count_if(trace.lanes.begin(), trace.lanes.end(), [](auto& lane) {
            return lane.kind == lane_kind::thread;
        });
        page.summary->rows.push_back(
            {name, decimal(wall / 1e6, 0) + " ms", decimal(cpu / 1e6, 0) + " ms",
             decimal(static_cast<double>(models[0].second.length) / wall, 2) + " ×",
             decimal(cpu / wall, 2), std::to_string(threads)});
        page.panels.push_back({.name = name, .caption = captions[i], .trace = &trace});
    }
    page.advice = {"Take threads: the work computes for a third of its time and waits for the "
                   "rest, so one loop makes it three times as fast; only threads and processes "
                   "keep both processors busy, and the start of processes costs more than they "
                   "gain here. Under a global lock, threads are no faster than one loop."};
    return page;
}

}  // namespace page_models
