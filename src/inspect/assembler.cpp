// SPDX-License-Identifier: MIT
#include "inspect/assembler.hpp"

#include "inspect/counter_line.hpp"
#include "inspect/trace_names.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troika::impl {

namespace {

constexpr std::uint32_t no_lane = std::numeric_limits<std::uint32_t>::max();

/// The beginning of an arrow whose end is not known yet.
struct cause {
    arrow_kind kind = arrow_kind::wake;
    std::uint32_t lane = 0;
    std::int64_t at = 0;
};

struct task_line {
    enum class phase : std::uint8_t { unknown, ready, runs, waits, ended };

    std::uint32_t lane = no_lane;
    trace_data::text_id name = 0;
    trace_data::text_id place = 0;       // where its root begins
    phase now = phase::unknown;
    bool woken_early = false;            // before it was seen to wait
    std::uint8_t failed = 0;             // 1 by an exception, 2 cancelled
    std::int64_t since = 0;
    trace_data::text_id waits_for = 0;
    trace_data::text_id waits_at = 0;
    std::optional<cause> why;            // of its next run
    std::optional<cause> posted;         // who has asked its home to wake it
};

/// What a thread is doing, the innermost last.
struct thread_line {
    struct activity {
        record_kind kind = record_kind::run;
        span_state state = span_state::runs;
        trace_data::text_id name = 0;
        trace_data::text_id detail = 0;
        std::uint64_t task = 0;
    };
    std::uint32_t lane = no_lane;
    std::vector<activity> doing;
    std::int64_t since = 0;
};

class assembler {
public:
    explicit assembler(const recorded& from)
        : from_(from), names_(from, out_.data), threads_(from.threads.size()) {}

    trace_part run();

private:
    using phase = task_line::phase;
    using text_id = trace_data::text_id;

    void take(const trace_record& record, std::size_t thread);
    void take_task(const trace_record& record, thread_line& here, std::size_t thread);
    void take_call(const trace_record& record, std::size_t thread);
    void suspend(const trace_record& record, task_line& task, thread_line& here);
    void ready(const trace_record& record, task_line& task, std::size_t thread);
    void become(task_line& task, phase next, std::int64_t at);
    void begin(thread_line& on, const thread_line::activity& what, std::int64_t at);
    void end(thread_line& on, record_kind what, std::uint64_t task, std::int64_t at);
    void show_activity(thread_line& on, std::int64_t at);
    void show(std::uint32_t lane, span_state state, text_id name, text_id detail,
              std::uint64_t task, std::int64_t begin, std::int64_t end);
    void show_arrow(const cause& from, std::uint32_t lane, std::int64_t at);
    void finish(std::int64_t at);
    void put_counters();

    std::uint32_t lane_of(task_line& task, std::uint64_t number);
    std::uint32_t thread_lane(std::size_t thread);
    /// The lane of the task, or of the thread where there is none.
    cause cause_of(arrow_kind kind, std::uint64_t task, std::size_t thread, std::int64_t at);

    // Texts of the records, and words of ours.
    text_id text(std::uint32_t id) { return names_.text(id); }
    text_id place(std::uint32_t id) { return names_.place(id); }
    text_id word(std::string_view word) { return names_.word(word); }

    const recorded& from_;
    trace_part out_;
    trace_names names_;
    std::vector<thread_line> threads_;
    std::vector<std::int64_t> ends_;   // of the last span, by lane
    std::unordered_map<std::uint32_t, std::uint32_t> lanes_of_threads_;   // by tid
    std::unordered_map<std::uint64_t, task_line> tasks_;
    std::unordered_map<std::uint64_t, cause> jobs_;                  // submitted, not run
    std::unordered_map<std::uint64_t, std::size_t> workers_;         // threads, by pool and worker
    std::unordered_map<std::uint64_t, std::int64_t> in_flight_;      // by loop
    counter_line ready_;
    counter_line jobs_queued_;
    counter_line operations_;
    counter_line calls_;
};

/// Those of one lane keep their order, which is that of time.
void sort_by_lane(trace_data& data) {
    std::vector<std::size_t> next(data.lanes.size() + 1);
    for (const trace_data::span& one : data.spans) ++next[one.lane + 1];
    for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
    std::vector<trace_data::span> sorted(data.spans.size());
    for (const trace_data::span& one : data.spans) sorted[next[one.lane]++] = one;
    data.spans = std::move(sorted);
}

std::uint64_t worker_key(const trace_record& record, std::uint64_t worker) noexcept {
    return record.task << 24 | worker;
}

// ---- lanes

std::uint32_t assembler::thread_lane(std::size_t thread) {
    thread_line& line = threads_[thread];
    if (line.lane != no_lane) return line.lane;
    const recorded::thread& from = from_.threads[thread];
    // A number that was given again, after the first thread of it had ended, is the same lane.
    const auto next = static_cast<std::uint32_t>(out_.data.lanes.size());
    const auto [known, added] = lanes_of_threads_.emplace(from.id, next);
    // The first thread of a worker process has a name that tells nothing.
    const std::string& name = from.id == from_.process ? from_.process_name : from.name;
    if (added) out_.data.lanes.push_back({0, lane_kind::thread, from.id, word(name)});
    for (thread_line& before : threads_)
        if (!added && before.lane == known->second) before.doing.clear();
    line.lane = known->second;
    return line.lane;
}

std::uint32_t assembler::lane_of(task_line& task, std::uint64_t number) {
    if (task.lane == no_lane) {
        task.lane = static_cast<std::uint32_t>(out_.data.lanes.size());
        if (task.name == 0) task.name = word("task " + std::to_string(number & 0xffffffff));
        out_.data.lanes.push_back({0, lane_kind::task, number, task.name});
    }
    return task.lane;
}

cause assembler::cause_of(arrow_kind kind, std::uint64_t task, std::size_t thread,
                          std::int64_t at) {
    if (at < 0) return {kind, 0, at};   // it will not be shown
    if (task != 0)
        if (const auto known = tasks_.find(task); known != tasks_.end()) {
            // What a task brings about by ending is recorded a moment after its last span.
            const bool ended = known->second.now == phase::ended;
            return {kind, lane_of(known->second, task), ended ? known->second.since : at};
        }
    return {kind, thread_lane(thread), at};
}

// ---- spans

void assembler::show(std::uint32_t lane, span_state state, text_id name, text_id detail,
                     std::uint64_t task, std::int64_t begin, std::int64_t end) {
    if (lane >= ends_.size()) ends_.resize(lane + 1);
    begin = std::max(begin, ends_[lane]);   // two threads may say that they are the same
    if (end < begin || (end == begin && state != span_state::runs && state != span_state::failed))
        return;
    ends_[lane] = end;
    out_.data.spans.push_back({lane, state, name, detail, task, begin, end});
}

void assembler::show_arrow(const cause& from, std::uint32_t lane, std::int64_t at) {
    if (from.at < 0 || from.lane == lane) return;
    out_.data.arrows.push_back({from.kind, from.lane, lane, from.at, std::max(at, from.at)});
}

void assembler::show_activity(thread_line& on, std::int64_t at) {
    if (on.doing.empty() || at < 0) return;
    const thread_line::activity& what = on.doing.back();
    // What was interrupted at once by something inside of it shows nothing yet.
    if (at == on.since && what.kind != record_kind::resume) return;
    show(on.lane, what.state, what.name, what.detail, what.task, on.since, at);
}

void assembler::begin(thread_line& on, const thread_line::activity& what, std::int64_t at) {
    show_activity(on, at);
    on.doing.push_back(what);
    on.since = at;
}

void assembler::end(thread_line& on, record_kind what, std::uint64_t task, std::int64_t at) {
    const auto found = std::find_if(on.doing.rbegin(), on.doing.rend(), [&](const auto& one) {
        return one.kind == what && one.task == task;
    });
    if (found == on.doing.rend()) return;   // its beginning is lost
    show_activity(on, at);
    // With what is above it, the end of which is lost.
    on.doing.erase(found.base() - 1, on.doing.end());
    on.since = at;
}

void assembler::become(task_line& task, phase next, std::int64_t at) {
    if (task.now == phase::ready) ready_.add(at, -1);
    if (next == phase::ready) ready_.add(at, 1);
    task.now = next;
    task.since = at;
}

// ---- tasks

void assembler::take_task(const trace_record& record, thread_line& here, std::size_t thread) {
    const std::int64_t at = record.at;
    const std::uint64_t number = record.task;
    if (record.kind() == record_kind::start) {
        const cause why = cause_of(arrow_kind::submit, record.peer, thread, at);
        task_line& task = tasks_[number];
        if (task.now == phase::ready) ready_.add(at, -1);   // an old one of the same number
        task = task_line{};
        task.name = record.text() != 0 ? text(record.text()) : names_.function(record.place());
        task.place = place(record.place());
        task.why = why;
        become(task, phase::ready, at);
        return;
    }
    task_line& task = tasks_[number];
    switch (record.kind()) {
        case record_kind::resume: {
            if (task.name == 0 && task.lane == no_lane) task.name = text(record.text());
            const std::uint32_t lane = at >= 0 ? lane_of(task, number) : no_lane;
            if (at >= 0 && task.now == phase::waits)
                show(lane, span_state::waits, task.waits_for, task.waits_at, number, task.since,
                     at);
            if (at >= 0 && task.now == phase::ready)
                show(lane, span_state::ready, task.name, 0, number, task.since, at);
            if (at >= 0 && task.why) show_arrow(*task.why, lane, at);
            task.why.reset();
            task.posted.reset();
            task.woken_early = false;
            become(task, phase::runs, at);
            begin(here, {record_kind::resume, span_state::runs, task.name, task.place, number}, at);
            break;
        }
        case record_kind::suspend: suspend(record, task, here); break;
        case record_kind::fail: task.failed = record.has(fail_cancelled) ? 2 : 1; break;
        case record_kind::ready: ready(record, task, thread); break;
        case record_kind::wake_posted:
            task.posted = cause_of(arrow_kind::wake, record.peer, thread, at);
            break;
        default:   // end: the number may be given again
            if (task.now == phase::ready) ready_.add(at, -1);
            if (task.now != phase::ended) task.since = at;
            task.now = phase::ended;
            break;
    }
}

void assembler::suspend(const trace_record& record, task_line& task, thread_line& here) {
    const std::int64_t at = record.at;
    end(here, record_kind::resume, record.task, at);
    if (task.now == phase::runs && at >= 0) {
        const bool ends = record.has(suspend_ends);
        const bool failed = ends && task.failed != 0;
        text_id detail = task.place;
        if (failed) detail = word(task.failed == 2 ? "cancelled" : "ended by an exception");
        show(lane_of(task, record.task), failed ? span_state::failed : span_state::runs, task.name,
             detail, record.task, task.since, at);
    }
    if (record.has(suspend_ends)) {
        become(task, phase::ended, at);
    } else if (!record.has(suspend_waits) || task.woken_early) {
        become(task, phase::ready, at);
    } else {
        become(task, phase::waits, at);
        task.waits_for = text(record.text());
        task.waits_at = place(record.place());
    }
    task.woken_early = false;
}

void assembler::ready(const trace_record& record, task_line& task, std::size_t thread) {
    const std::int64_t at = record.at;
    // The thread that runs the task is no reason: it is told by a timer, the kernel or another one.
    if (record.peer != 0 || !record.has(ready_at_home))
        task.why = cause_of(arrow_kind::wake, record.peer, thread, at);
    else
        task.why = task.posted;
    task.posted.reset();
    if (task.now == phase::waits) {
        if (at >= 0)
            show(lane_of(task, record.task), span_state::waits, task.waits_for, task.waits_at,
                 record.task, task.since, at);
        become(task, phase::ready, at);
    } else if (task.now == phase::runs) {
        task.woken_early = true;
    }
}

// ---- the rest

void assembler::take_call(const trace_record& record, std::size_t thread) {
    const std::int64_t at = record.at;
    thread_line& here = threads_[thread];
    const auto open = [&](arrow_kind kind, bool outgoing) {
        if (at < 0) return;
        const std::uint32_t lane = cause_of(kind, record.task, thread, at).lane;
        out_.ends.push_back({kind, outgoing, lane, at, record.peer});
    };
    switch (record.kind()) {
        case record_kind::call_sent:
            open(arrow_kind::call, true);
            calls_.add(at, 1);
            break;
        case record_kind::call_answered:
            open(arrow_kind::result, false);
            if (calls_.value() > 0) calls_.add(at, -1);
            break;
        case record_kind::call_begun:
            open(arrow_kind::call, false);
            begin(here, {record_kind::call_begun, span_state::runs, word("call"), 0, 0},
                  at);
            break;
        default:
            if (record.has(call_failed) && !here.doing.empty())
                here.doing.back().state = span_state::failed;
            end(here, record_kind::call_begun, 0, at);
            open(arrow_kind::result, true);
            break;
    }
}

void assembler::take(const trace_record& record, std::size_t thread) {
    thread_line& here = threads_[thread];
    const std::int64_t at = record.at;
    if (at >= 0) thread_lane(thread);
    switch (record.kind()) {
        case record_kind::start:
        case record_kind::resume:
        case record_kind::suspend:
        case record_kind::fail:
        case record_kind::end:
        case record_kind::ready:
        case record_kind::wake_posted: take_task(record, here, thread); break;
        case record_kind::poll: {
            std::int64_t& before = in_flight_[record.task];
            const auto now = static_cast<std::int64_t>(record.peer);
            if (now != before) operations_.add(at, now - std::exchange(before, now));
            if (record.has(poll_sleeps))
                begin(here, {record_kind::poll, span_state::waits,
                             word("timers, I/O and other threads"), 0, 0}, at);
            break;
        }
        case record_kind::polled: end(here, record_kind::poll, 0, at); break;
        case record_kind::submit:
            jobs_[record.peer] = cause_of(arrow_kind::submit, record.task, thread, at);
            jobs_queued_.add(at, 1);
            break;
        case record_kind::run: {
            workers_[worker_key(record, record.place())] = thread;
            if (const auto from = jobs_.find(record.peer); from != jobs_.end()) {
                if (at >= 0) show_arrow(from->second, thread_lane(thread), at);
                jobs_.erase(from);
                jobs_queued_.add(at, -1);
            }
            begin(here, {record_kind::run, span_state::runs, names_.type(record.text()), 0, 0}, at);
            break;
        }
        case record_kind::ran: end(here, record_kind::run, 0, at); break;
        case record_kind::steal: {
            workers_[worker_key(record, record.place())] = thread;
            const auto victim = workers_.find(worker_key(record, record.peer));
            if (victim != workers_.end() && at >= 0)
                show_arrow({arrow_kind::steal, thread_lane(victim->second), at},
                           thread_lane(thread), at);
            break;
        }
        case record_kind::park:
            workers_[worker_key(record, record.place())] = thread;
            begin(here, {record_kind::park, span_state::waits, word("work"), 0, 0}, at);
            break;
        case record_kind::unpark: end(here, record_kind::park, 0, at); break;
        case record_kind::call_sent:
        case record_kind::call_answered:
        case record_kind::call_begun:
        case record_kind::call_done: take_call(record, thread); break;
        case record_kind::mark:
            if (at >= 0)
                out_.data.moments.push_back(
                    {cause_of(arrow_kind::wake, record.task, thread, at).lane,
                     text(record.text()), at});
            break;
    }
}

void assembler::finish(std::int64_t at) {
    for (thread_line& line : threads_)
        if (!line.doing.empty()) {
            if (line.lane == no_lane) thread_lane(static_cast<std::size_t>(&line - &threads_[0]));
            show_activity(line, at);
        }
    // In the order of their numbers, so that the same records give the same trace.
    std::vector<std::uint64_t> open;
    for (const auto& [number, task] : tasks_)
        if (task.now != phase::ended && task.now != phase::unknown) open.push_back(number);
    std::ranges::sort(open);
    for (const std::uint64_t number : open) {
        task_line& task = tasks_.at(number);
        const std::uint32_t lane = lane_of(task, number);
        if (task.now == phase::waits)
            show(lane, span_state::waits, task.waits_for, task.waits_at, number, task.since, at);
        else
            show(lane, task.now == phase::runs ? span_state::runs : span_state::ready, task.name,
                 task.now == phase::runs ? task.place : 0, number, task.since, at);
    }
}

void assembler::put_counters() {
    const auto put = [&](const char* name, counter_line& line) {
        std::vector<trace_data::sample> samples = line.take();
        // Of what was before the beginning, the last is in force there.
        const auto first = std::ranges::find_if(samples, [](const auto& s) { return s.at >= 0; });
        if (first != samples.begin()) {
            const trace_data::sample before = *(first - 1);
            samples.erase(samples.begin(), first);
            samples.insert(samples.begin(), {0, before.value});
        }
        if (!samples.empty())
            out_.data.counters.push_back({0, word(name), std::move(samples)});
    };
    put("tasks ready", ready_);
    put("jobs queued", jobs_queued_);
    put("operations in flight", operations_);
    put("calls in flight", calls_);
}

trace_part assembler::run() {
    trace_data& data = out_.data;
    data.begin_ns = from_.begin_ns;
    data.length = std::max<std::int64_t>(0, from_.end_ns - from_.begin_ns);
    data.lost = from_.lost;
    data.processes.push_back({from_.process, word(from_.process_name)});

    // The records of all threads in the order of time.
    struct cursor {
        std::int64_t at;
        std::size_t thread;
        std::size_t index;
        bool operator>(const cursor& other) const noexcept {
            return at != other.at ? at > other.at : thread > other.thread;
        }
    };
    std::priority_queue<cursor, std::vector<cursor>, std::greater<>> next;
    for (std::size_t i = 0; i < from_.threads.size(); ++i)
        if (!from_.threads[i].records.empty()) next.push({from_.threads[i].records[0].at, i, 0});
    while (!next.empty()) {
        const cursor here = next.top();
        next.pop();
        trace_record record = from_.threads[here.thread].records[here.index];
        record.at = std::min(record.at - data.begin_ns, data.length);
        take(record, here.thread);
        const auto& records = from_.threads[here.thread].records;
        if (here.index + 1 < records.size())
            next.push({records[here.index + 1].at, here.thread, here.index + 1});
    }
    finish(data.length);
    put_counters();
    sort_by_lane(data);
    return std::move(out_);
}

}  // namespace

trace_part assemble(const recorded& from) { return assembler(from).run(); }

}  // namespace troika::impl
