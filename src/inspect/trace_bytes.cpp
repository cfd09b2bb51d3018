// SPDX-License-Identifier: MIT
#include "inspect/trace_bytes.hpp"

#include "inspect/shown_text.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <unordered_map>

namespace troika {

namespace {

class number_writer {
public:
    explicit number_writer(const byte_sink& sink) : sink_(sink) { bytes_.reserve(piece + 16); }

    void put(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
        bytes_.push_back(static_cast<std::uint8_t>(value));
        if (bytes_.size() >= piece) flush();
    }
    void put_time(std::int64_t value) { put(static_cast<std::uint64_t>(value)); }
    void put_signed(std::int64_t value) {
        const auto bits = static_cast<std::uint64_t>(value);
        put(value < 0 ? ~(bits << 1) : bits << 1);
    }
    void put_bytes(std::string_view text) {
        for (const char c : text) {
            bytes_.push_back(static_cast<std::uint8_t>(c));
            if (bytes_.size() >= piece) flush();
        }
    }
    void flush() {
        if (!bytes_.empty()) sink_(bytes_);
        bytes_.clear();
    }

private:
    static constexpr std::size_t piece = 12 * 1024;

    const byte_sink& sink_;
    std::vector<std::uint8_t> bytes_;
};

// Differences wrap around: a counter may jump from the least to the greatest value.
std::int64_t difference(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::int64_t>(a - b);
}

// The lanes that an id may mean.
class lane_index {
public:
    explicit lane_index(const trace_data& trace) {
        for (std::size_t i = 0; i < trace.lanes.size(); ++i) {
            const trace_data::lane& lane = trace.lanes[i];
            if (lane.kind != lane_kind::strip)
                places_.emplace(key{lane.process, lane.kind, lane.id}, i + 1);
        }
    }

    // Index + 1 of the lane that `span` names, or 0. What a strip shows is held by a thread rather
    // than by a task, if both have the id.
    std::uint64_t of(const trace_data::span& span, std::uint32_t process) const {
        if (span.task == 0) return 0;
        const bool held = span.state == span_state::holds;
        const std::uint64_t first = place(process, held ? lane_kind::thread : lane_kind::task,
                                          span.task);
        if (first != 0) return first;
        return held ? place(process, lane_kind::task, span.task) : 0;
    }

private:
    struct key {
        std::uint32_t process;
        lane_kind kind;
        std::uint64_t id;
        bool operator==(const key&) const = default;
    };
    struct hash {
        std::size_t operator()(const key& k) const noexcept {
            const std::uint64_t mixed = k.id * 0x9E3779B97F4A7C15u + k.process * 2u +
                                        (k.kind == lane_kind::task ? 1u : 0u);
            return static_cast<std::size_t>(mixed ^ mixed >> 32);
        }
    };

    std::uint64_t place(std::uint32_t process, lane_kind kind, std::uint64_t id) const {
        const auto found = places_.find({process, kind, id});
        return found == places_.end() ? 0 : found->second;
    }

    std::unordered_map<key, std::uint64_t, hash> places_;
};

void write_texts(number_writer& out, const std::vector<std::string>& texts) {
    const auto cut = [](const std::string& text) {
        return shown_text(text, text_table::text_bytes_max);
    };
    // Twice over the texts, instead of a second copy of all of them.
    out.put(texts.size());
    for (const std::string& text : texts) out.put(cut(text).size());
    for (const std::string& text : texts) out.put_bytes(cut(text));
}

void write_lanes(number_writer& out, const trace_data& trace) {
    std::vector<std::uint64_t> spans(trace.lanes.size());
    std::vector<std::uint64_t> moments(trace.lanes.size());
    for (const trace_data::span& span : trace.spans) ++spans[span.lane];
    for (const trace_data::moment& moment : trace.moments) ++moments[moment.lane];
    out.put(trace.lanes.size());
    for (std::size_t i = 0; i < trace.lanes.size(); ++i) {
        const trace_data::lane& lane = trace.lanes[i];
        out.put(lane.process);
        out.put(static_cast<std::uint64_t>(lane.kind));
        out.put(lane.id);
        out.put(lane.name);
        out.put(spans[i]);
        out.put(moments[i]);
    }
}

void write_spans(number_writer& out, const trace_data& trace) {
    struct values {
        std::uint64_t name = 0;
        std::uint64_t detail = 0;
        std::uint64_t task = 0;
    };
    const lane_index lanes(trace);
    std::array<values, 8> last_of_state{};
    std::uint32_t lane = 0;
    std::int64_t at = 0;
    for (const trace_data::span& span : trace.spans) {
        if (span.lane != lane) {
            lane = span.lane;
            at = 0;
            last_of_state = {};
        }
        const auto state = static_cast<std::size_t>(span.state);
        values& last = last_of_state[state];
        const values now{span.name, span.detail, lanes.of(span, trace.lanes[lane].process)};
        std::uint64_t head = state;
        if (span.begin != at) head |= 8;
        if (now.name != last.name) head |= 16;
        if (now.detail != last.detail) head |= 32;
        if (now.task != last.task) head |= 64;
        out.put(head);
        if (span.begin != at) out.put_time(span.begin - at);
        out.put_time(span.end - span.begin);
        if (now.name != last.name) out.put_signed(difference(now.name, last.name));
        if (now.detail != last.detail) out.put_signed(difference(now.detail, last.detail));
        if (now.task != last.task) out.put_signed(difference(now.task, last.task));
        last = now;
        at = span.end;
    }
}

template <class Range, class Less>
std::vector<std::uint32_t> order_of(const Range& range, Less less) {
    std::vector<std::uint32_t> order(range.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (less(range[a], range[b])) return true;
        return !less(range[b], range[a]) && a < b;
    });
    return order;
}

void write_moments(number_writer& out, const trace_data& trace) {
    const auto earlier = [](const trace_data::moment& a, const trace_data::moment& b) {
        return a.lane != b.lane ? a.lane < b.lane : a.at < b.at;
    };
    std::uint32_t lane = 0;
    std::int64_t at = 0;
    for (const std::uint32_t i : order_of(trace.moments, earlier)) {
        const trace_data::moment& moment = trace.moments[i];
        if (moment.lane != lane) at = 0;
        lane = moment.lane;
        out.put_time(moment.at - at);
        out.put(moment.name);
        at = moment.at;
    }
}

void write_arrows(number_writer& out, const trace_data& trace) {
    const auto earlier = [](const trace_data::arrow& a, const trace_data::arrow& b) {
        return a.from < b.from;
    };
    std::int64_t at = 0;
    out.put(trace.arrows.size());
    for (const std::uint32_t i : order_of(trace.arrows, earlier)) {
        const trace_data::arrow& arrow = trace.arrows[i];
        out.put(static_cast<std::uint64_t>(arrow.kind));
        out.put_time(arrow.from - at);
        out.put_time(arrow.to - arrow.from);
        out.put(arrow.from_lane);
        out.put(arrow.to_lane);
        at = arrow.from;
    }
}

void write_counters(number_writer& out, const trace_data& trace) {
    out.put(trace.counters.size());
    for (const trace_data::counter& counter : trace.counters) {
        out.put(counter.process);
        out.put(counter.name);
        out.put(counter.samples.size());
        trace_data::sample last;
        for (const trace_data::sample& sample : counter.samples) {
            out.put_time(sample.at - last.at);
            out.put_signed(difference(static_cast<std::uint64_t>(sample.value),
                                      static_cast<std::uint64_t>(last.value)));
            last = sample;
        }
    }
}

}  // namespace

void check_trace(const trace_data& trace, std::string_view name) {
    const auto demand = [&](bool kept, std::string_view rule) {
        if (!kept)
            throw std::invalid_argument("trace \"" + shown_text(name, 200) +
                                        "\": " + std::string(rule));
    };
    const auto text = [&](trace_data::text_id id) { return id < trace.texts.size(); };
    const auto lane = [&](std::uint32_t index) { return index < trace.lanes.size(); };
    const auto process = [&](std::uint32_t index) { return index < trace.processes.size(); };
    const auto within = [&](std::int64_t a, std::int64_t b) {
        return 0 <= a && a <= b && b <= trace.length;
    };
    demand(trace.length >= 0, "its length is negative");
    for (const auto& p : trace.processes) demand(text(p.name), "a process names no text");
    for (const auto& l : trace.lanes) {
        demand(process(l.process), "a lane belongs to no process");
        demand(text(l.name), "a lane names no text");
        demand(l.kind <= lane_kind::strip, "a lane is of no known kind");
    }
    const trace_data::span* before = nullptr;
    for (const auto& s : trace.spans) {
        demand(lane(s.lane), "a span is on no lane");
        demand(text(s.name) && text(s.detail), "a span names no text");
        demand(s.state <= span_state::holds, "a span is of no known state");
        demand(within(s.begin, s.end), "a span ends before it begins, or after the trace");
        demand(before == nullptr || before->lane < s.lane ||
                   (before->lane == s.lane && before->end <= s.begin),
               "spans are not in the order of lane and time, or overlap on a lane");
        before = &s;
    }
    for (const auto& a : trace.arrows) {
        demand(lane(a.from_lane) && lane(a.to_lane), "an arrow leads from or to no lane");
        demand(a.kind <= arrow_kind::handover, "an arrow is of no known kind");
        demand(within(a.from, a.to), "an arrow leads back in time, or out of the trace");
    }
    for (const auto& m : trace.moments) {
        demand(lane(m.lane) && text(m.name), "a moment is on no lane, or names no text");
        demand(within(0, m.at), "a moment lies outside of the trace");
    }
    for (const auto& c : trace.counters) {
        demand(process(c.process) && text(c.name), "a counter has no process or names no text");
        std::int64_t at = 0;
        for (const auto& s : c.samples) {
            demand(s.at >= at && s.at <= trace.length, "samples are not in the order of time");
            at = s.at;
        }
    }
}

void write_trace_bytes(const trace_data& trace, const byte_sink& sink) {
    number_writer out(sink);
    out.put_bytes("TTL1");
    out.put_time(trace.length);
    out.put_signed(trace.begin_ns);
    out.put(trace.lost);
    write_texts(out, trace.texts);
    out.put(trace.processes.size());
    for (const trace_data::process& process : trace.processes) {
        out.put(process.pid);
        out.put(process.name);
    }
    write_lanes(out, trace);
    write_spans(out, trace);
    write_moments(out, trace);
    write_arrows(out, trace);
    write_counters(out, trace);
    out.flush();
}

}  // namespace troika
