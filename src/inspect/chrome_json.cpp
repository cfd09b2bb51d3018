// SPDX-License-Identifier: MIT
#include <troika/inspect/chrome_json.hpp>

#include "inspect/shown_text.hpp"
#include "inspect/span_index.hpp"
#include "inspect/trace_words.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace troika {

namespace {

constexpr std::size_t piece_bytes = 32 << 10;
// Strips are shown as threads; no kernel gives threads such numbers.
constexpr std::uint64_t strip_numbers = 1'000'000'000;

class json_writer {
public:
    json_writer(const trace_data& trace, const trace_sink& to)
        : trace_(trace), index_(trace), to_(to), texts_(trace.texts.size()) {}

    void write() {
        out_ = "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"begin_ns\":\"";
        number(trace_.begin_ns);
        out_ += "\",\"lost_records\":\"";
        number(static_cast<std::int64_t>(trace_.lost));
        out_ += "\"},\"traceEvents\":[";
        name_lanes();
        for (std::uint32_t lane = 0; lane < trace_.lanes.size(); ++lane) {
            if (trace_.lanes[lane].kind == lane_kind::task)
                task(lane);
            else
                thread(lane);
        }
        arrows();
        for (const trace_data::moment& one : trace_.moments) {
            const trace_data::lane& lane = trace_.lanes[one.lane];
            begin_event(lane.kind == lane_kind::task ? "n" : "i");
            of_lane(one.lane);
            at(one.at);
            named(one.name);
            out_ += lane.kind == lane_kind::task ? ",\"cat\":\"task\"" : ",\"s\":\"t\"";
            if (lane.kind == lane_kind::task) local_id(lane.id);
            end_event();
        }
        for (const trace_data::counter& one : trace_.counters)
            for (const trace_data::sample& sample : one.samples) {
                begin_event("C");
                of_process(one.process);
                at(sample.at);
                named(one.name);
                out_ += ",\"args\":{\"value\":";
                number(sample.value);
                out_ += '}';
                end_event();
            }
        out_ += "\n]}\n";
        to_(out_);
        out_.clear();
    }

private:
    void number(std::int64_t value) {
        std::array<char, 24> digits;
        out_.append(digits.data(),
                    std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    }
    void hex(std::uint64_t value) {
        std::array<char, 24> digits;
        out_ += "\"0x";
        out_.append(digits.data(),
                    std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr);
        out_ += '"';
    }
    void microseconds(std::int64_t ns) {
        number(ns / 1000);
        const auto rest = static_cast<int>(ns % 1000);
        out_ += '.';
        out_ += static_cast<char>('0' + rest / 100);
        out_ += static_cast<char>('0' + rest / 10 % 10);
        out_ += static_cast<char>('0' + rest % 10);
    }
    /// In quotes. A text is made fit for JSON once.
    void text(trace_data::text_id id) {
        std::string& known = texts_[id];
        if (known.empty()) known = quoted(trace_.texts[id]);
        out_ += known;
    }
    static std::string quoted(std::string_view raw) {
        std::string result = "\"";
        for (const char c : shown_text(raw, text_table::text_bytes_max)) {
            if (c == '"' || c == '\\') result += '\\';
            result += c;
        }
        return result += '"';
    }

    void begin_event(std::string_view phase) {
        if (out_.size() > piece_bytes) {
            to_(out_);
            out_.clear();
        }
        out_ += std::exchange(first_, false) ? "\n{\"ph\":\"" : ",\n{\"ph\":\"";
        out_ += phase;
        out_ += '"';
    }
    void end_event() { out_ += '}'; }
    void of_process(std::uint32_t process) {
        out_ += ",\"pid\":";
        number(trace_.processes[process].pid);
    }
    void of_lane(std::uint32_t index) {
        const trace_data::lane& lane = trace_.lanes[index];
        of_process(lane.process);
        out_ += ",\"tid\":";
        switch (lane.kind) {
            case lane_kind::thread: number(static_cast<std::int64_t>(lane.id)); break;
            case lane_kind::task: number(trace_.processes[lane.process].pid); break;
            case lane_kind::strip:
                number(static_cast<std::int64_t>(strip_numbers + index));
                break;
        }
    }
    void at(std::int64_t ns) {
        out_ += ",\"ts\":";
        microseconds(ns);
    }
    void named(trace_data::text_id name) {
        out_ += ",\"name\":";
        text(name);
    }
    void local_id(std::uint64_t id) {
        out_ += ",\"id2\":{\"local\":";
        hex(id);
        out_ += '}';
    }

    void name_lanes() {
        for (std::uint32_t i = 0; i < trace_.processes.size(); ++i) {
            meta("process_name", trace_.processes[i].name, [&] { of_process(i); });
            meta_order("process_sort_index", i, [&] { of_process(i); });
        }
        for (std::uint32_t i = 0; i < trace_.lanes.size(); ++i) {
            if (trace_.lanes[i].kind == lane_kind::task) continue;
            meta("thread_name", trace_.lanes[i].name, [&] { of_lane(i); });
            meta_order("thread_sort_index", i, [&] { of_lane(i); });
        }
    }
    template <class F>
    void meta(std::string_view what, trace_data::text_id name, F of) {
        begin_event("M");
        of();
        out_ += ",\"name\":\"";
        out_ += what;
        out_ += "\",\"args\":{\"name\":";
        text(name);
        out_ += '}';
        end_event();
    }
    template <class F>
    void meta_order(std::string_view what, std::uint32_t order, F of) {
        begin_event("M");
        of();
        out_ += ",\"name\":\"";
        out_ += what;
        out_ += "\",\"args\":{\"sort_index\":";
        number(order);
        out_ += '}';
        end_event();
    }
    void details(const trace_data::span& of, bool with_task) {
        if (of.detail == 0 && (!with_task || of.task == 0)) return;
        out_ += ",\"args\":{";
        if (of.detail != 0) {
            out_ += "\"detail\":";
            text(of.detail);
        }
        if (with_task && of.task != 0) {
            out_ += of.detail != 0 ? ",\"task\":" : "\"task\":";
            hex(of.task);
        }
        out_ += '}';
    }

    void thread(std::uint32_t lane) {
        const auto [begin, end] = index_.of_lane(lane);
        for (std::size_t i = begin; i < end; ++i) {
            const trace_data::span& span = trace_.spans[i];
            begin_event("X");
            of_lane(lane);
            at(span.begin);
            out_ += ",\"dur\":";
            microseconds(span.end - span.begin);
            named(span.name);
            out_ += ",\"cat\":\"";
            out_ += impl::category_of(span.state);
            out_ += '"';
            details(span, true);
            end_event();
        }
    }

    void asynchronous(std::string_view phase, std::uint32_t lane, std::int64_t time,
                      trace_data::text_id name) {
        begin_event(phase);
        of_lane(lane);
        at(time);
        out_ += ",\"cat\":\"task\"";
        local_id(trace_.lanes[lane].id);
        named(name);
    }

    void task(std::uint32_t lane) {
        const auto [begin, end] = index_.of_lane(lane);
        if (begin == end) return;
        const trace_data::text_id name = trace_.lanes[lane].name;
        asynchronous("b", lane, trace_.spans[begin].begin, name);
        end_event();
        for (std::size_t i = begin; i < end; ++i) {
            const trace_data::span& span = trace_.spans[i];
            // What a task is named after does not tell its runs and its waits for a turn apart.
            const auto with_state = [&] {
                out_ += ",\"args\":{\"state\":\"";
                out_ += impl::category_of(span.state);
                out_ += '"';
                if (span.detail != 0) {
                    out_ += ",\"detail\":";
                    text(span.detail);
                }
                out_ += '}';
            };
            asynchronous("b", lane, span.begin, span.name);
            with_state();
            end_event();
            asynchronous("e", lane, span.end, span.name);
            end_event();
        }
        asynchronous("e", lane, trace_.spans[end - 1].end, name);
        end_event();
    }

    void arrows() {
        std::int64_t id = 0;
        for (const trace_data::arrow& one : trace_.arrows) {
            const auto from = index_.on_thread(one.from_lane, one.from, true);
            const auto to = index_.on_thread(one.to_lane, one.to, false);
            ++id;
            flow("s", from ? trace_.spans[*from].lane : one.from_lane, !from, one.from, one.kind,
                 id);
            flow("f", to ? trace_.spans[*to].lane : one.to_lane, !to, one.to, one.kind, id);
        }
    }
    void flow(std::string_view phase, std::uint32_t lane, bool alone, std::int64_t time,
              arrow_kind kind, std::int64_t id) {
        if (alone) {   // an arrow that ends in no slice is not drawn: it gets one
            begin_event("X");
            of_lane(lane);
            at(time);
            out_ += ",\"dur\":0.000,\"cat\":\"arrow\",\"name\":\"";
            out_ += impl::name_of(kind);
            out_ += '"';
            end_event();
        }
        begin_event(phase);
        of_lane(lane);
        at(time);
        out_ += ",\"cat\":\"";
        out_ += impl::name_of(kind);
        out_ += "\",\"name\":\"";
        out_ += impl::name_of(kind);
        out_ += "\",\"id\":";
        number(id);
        if (phase == "f") out_ += ",\"bp\":\"e\"";
        end_event();
    }

    const trace_data& trace_;
    const impl::span_index index_;
    const trace_sink& to_;
    std::vector<std::string> texts_;
    std::string out_;
    bool first_ = true;
};

}  // namespace

void write_chrome_json(const trace_data& trace, const trace_sink& to) {
    json_writer(trace, to).write();
}

}  // namespace troika
