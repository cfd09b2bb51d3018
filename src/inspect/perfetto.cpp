// SPDX-License-Identifier: MIT
#include <troika/inspect/perfetto.hpp>

#include "inspect/shown_text.hpp"
#include "inspect/span_index.hpp"
#include "inspect/trace_words.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika {

namespace {

constexpr std::size_t piece_bytes = 32 << 10;

/// One message of a protocol buffer: fields with varints, texts, messages.
/// Source: "Encoding", protobuf.dev.
class message {
public:
    void clear() noexcept { bytes_.clear(); }
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

    void number(std::uint32_t field, std::uint64_t value) {
        varint(field << 3);
        varint(value);
    }
    void signed_number(std::uint32_t field, std::int64_t value) {
        number(field, static_cast<std::uint64_t>(value));
    }
    void fixed(std::uint32_t field, std::uint64_t value) {
        varint(field << 3 | 1);
        for (int i = 0; i < 8; ++i) bytes_ += static_cast<char>(value >> 8 * i & 0xff);
    }
    void bytes(std::uint32_t field, std::string_view value) {
        varint(field << 3 | 2);
        varint(value.size());
        bytes_ += value;
    }
    void nested(std::uint32_t field, const message& value) { bytes(field, value.bytes()); }

private:
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
        bytes_ += static_cast<char>(value);
    }
    std::string bytes_;
};

// The numbers of fields, as the protos have them.
namespace trace_fields {
constexpr std::uint32_t packet = 1;
}
namespace packet_fields {
constexpr std::uint32_t timestamp = 8, sequence = 10, event = 11, interned = 12, flags = 13,
                        track = 60;
constexpr std::uint64_t state_cleared = 1, needs_state = 2;
}  // namespace packet_fields
namespace track_fields {
constexpr std::uint32_t uuid = 1, name = 2, process = 3, thread = 4, parent = 5, counter = 8;
constexpr std::uint32_t process_pid = 1, process_name = 6;
constexpr std::uint32_t thread_pid = 1, thread_tid = 2, thread_name = 5;
}  // namespace track_fields
namespace event_fields {
constexpr std::uint32_t annotation = 4, type = 9, name_id = 10, track = 11, category = 22,
                        counter_value = 30, flow = 47, last_flow = 48;
constexpr std::uint64_t begin = 1, end = 2, instant = 3, counter = 4;
constexpr std::uint32_t annotation_text = 6, annotation_name = 10;
constexpr std::uint32_t interned_names = 2, interned_id = 1, interned_name = 2;
}  // namespace event_fields

class perfetto_writer {
public:
    perfetto_writer(const trace_data& trace, const trace_sink& to)
        : trace_(trace), index_(trace), to_(to), names_(trace.texts.size()),
          flows_(trace.spans.size()) {}

    void write() {
        for (std::uint32_t i = 0; i < trace_.processes.size(); ++i) describe_process(i);
        for (std::uint32_t i = 0; i < trace_.lanes.size(); ++i) describe_lane(i);
        bind_arrows();
        for (std::size_t i = 0; i < trace_.spans.size(); ++i) span(i);
        for (const trace_data::moment& one : trace_.moments) {
            begin_event(event_fields::instant, of_lane(one.lane));
            named(trace_.texts[one.name], one.name);
            event_.bytes(event_fields::category, "moment");
            put_event(one.at);
        }
        for (std::size_t i = 0; i < trace_.counters.size(); ++i) counter(i);
        if (trace_.lost != 0) say_lost();
        to_(out_);
        out_.clear();
    }

private:
    /// Arrows by the events that they bind to: a list through `links_`.
    struct link {
        std::uint64_t flow;
        bool arrives;
        std::size_t next;   // + 1, of links_
    };

    // Tracks: the processes, then the lanes, then the counters, then one for what was lost.
    [[nodiscard]] std::uint64_t of_process(std::size_t process) const noexcept {
        return base + process;
    }
    [[nodiscard]] std::uint64_t of_lane(std::size_t lane) const noexcept {
        return base + trace_.processes.size() + lane;
    }
    [[nodiscard]] std::uint64_t of_counter(std::size_t counter) const noexcept {
        return base + trace_.processes.size() + trace_.lanes.size() + counter;
    }
    // Away from the numbers that other producers give to a merged trace: "troika" in ASCII.
    static constexpr std::uint64_t base = 0x7472'6f69'6b61'0000;

    void begin_packet() {
        packet_.clear();
        packet_.number(packet_fields::sequence, 1);
        packet_.number(packet_fields::flags, std::exchange(first_, false)
                                                 ? packet_fields::state_cleared |
                                                       packet_fields::needs_state
                                                 : packet_fields::needs_state);
    }
    void put_packet() {
        message whole;
        whole.nested(trace_fields::packet, packet_);
        out_ += whole.bytes();
        if (out_.size() <= piece_bytes) return;
        to_(out_);
        out_.clear();
    }
    std::string shown(trace_data::text_id id) const {
        return shown_text(trace_.texts[id], text_table::text_bytes_max);
    }

    void put_track(const message& track) {
        begin_packet();
        packet_.nested(packet_fields::track, track);
        put_packet();
    }
    void describe_process(std::uint32_t index) {
        message process;
        process.number(track_fields::process_pid, trace_.processes[index].pid);
        process.bytes(track_fields::process_name, shown(trace_.processes[index].name));
        message track;
        track.number(track_fields::uuid, of_process(index));
        track.nested(track_fields::process, process);
        put_track(track);
    }
    void describe_lane(std::uint32_t index) {
        const trace_data::lane& lane = trace_.lanes[index];
        message track;
        track.number(track_fields::uuid, of_lane(index));
        track.number(track_fields::parent, of_process(lane.process));
        if (lane.kind == lane_kind::thread) {
            message thread;
            thread.number(track_fields::thread_pid, trace_.processes[lane.process].pid);
            thread.number(track_fields::thread_tid, lane.id);
            thread.bytes(track_fields::thread_name, shown(lane.name));
            track.nested(track_fields::thread, thread);
        } else {
            track.bytes(track_fields::name, shown(lane.name));
        }
        put_track(track);
    }

    void bind_arrows() {
        std::uint64_t flow = 0;
        for (const trace_data::arrow& one : trace_.arrows) {
            ++flow;
            bind(one, one.from_lane, one.from, flow, false);
            bind(one, one.to_lane, one.to, flow, true);
        }
    }
    void bind(const trace_data::arrow& of, std::uint32_t lane, std::int64_t at, std::uint64_t flow,
              bool arrives) {
        if (const auto found = index_.at(lane, at)) {
            // Where one span ends and another begins, an arrow leaves the first.
            std::size_t span = *found;
            if (!arrives && trace_.spans[span].begin == at && span > 0 &&
                trace_.spans[span - 1].lane == lane && trace_.spans[span - 1].end == at)
                --span;
            links_.push_back({flow, arrives, flows_[span]});
            flows_[span] = links_.size();
            return;
        }
        // Nothing goes on there: the arrow gets a moment of its own.
        begin_event(event_fields::instant, of_lane(lane));
        named(impl::name_of(of.kind), 0);
        event_.bytes(event_fields::category, "arrow");
        event_.fixed(arrives ? event_fields::last_flow : event_fields::flow, flow);
        put_event(at);
    }

    void begin_event(std::uint64_t type, std::uint64_t track) {
        begin_packet();
        event_.clear();
        event_.number(event_fields::type, type);
        event_.number(event_fields::track, track);
    }
    void put_event(std::int64_t at) {
        packet_.number(packet_fields::timestamp,
                       static_cast<std::uint64_t>(trace_.begin_ns + at));
        packet_.nested(packet_fields::event, event_);
        put_packet();
    }
    /// A name is written out when it is first used; `id` 0: of a word of ours, each time.
    void named(std::string_view word_of_ours, trace_data::text_id id) {
        std::uint64_t number = id;
        if (id == 0) {
            number = trace_.texts.size();
            while (number < trace_.texts.size() + ours_.size() &&
                   ours_[number - trace_.texts.size()] != word_of_ours)
                ++number;
            if (number == trace_.texts.size() + ours_.size()) {
                ours_.emplace_back(word_of_ours);
                intern(number, word_of_ours);
            }
        } else if (!names_[id]) {
            names_[id] = true;
            intern(number, shown(id));
        }
        event_.number(event_fields::name_id, number);
    }
    void intern(std::uint64_t number, std::string_view name) {
        message entry;
        entry.number(event_fields::interned_id, number);
        entry.bytes(event_fields::interned_name, name);
        message data;
        data.nested(event_fields::interned_names, entry);
        packet_.nested(packet_fields::interned, data);
    }
    void annotate(std::string_view name, std::string_view value) {
        message note;
        note.bytes(event_fields::annotation_name, name);
        note.bytes(event_fields::annotation_text, value);
        event_.nested(event_fields::annotation, note);
    }

    void span(std::size_t index) {
        const trace_data::span& one = trace_.spans[index];
        begin_event(event_fields::begin, of_lane(one.lane));
        if (one.name == 0)
            named(impl::category_of(one.state), 0);
        else
            named({}, one.name);
        event_.bytes(event_fields::category, impl::category_of(one.state));
        if (one.detail != 0) annotate("detail", shown(one.detail));
        for (std::size_t at = flows_[index]; at != 0; at = links_[at - 1].next) {
            const link& here = links_[at - 1];
            event_.fixed(here.arrives ? event_fields::last_flow : event_fields::flow, here.flow);
        }
        put_event(one.begin);
        begin_event(event_fields::end, of_lane(one.lane));
        put_event(one.end);
    }

    void counter(std::size_t index) {
        const trace_data::counter& one = trace_.counters[index];
        message track;
        track.number(track_fields::uuid, of_counter(index));
        track.number(track_fields::parent, of_process(one.process));
        track.bytes(track_fields::name, shown(one.name));
        track.nested(track_fields::counter, message());
        put_track(track);
        for (const trace_data::sample& sample : one.samples) {
            begin_event(event_fields::counter, of_counter(index));
            event_.signed_number(event_fields::counter_value, sample.value);
            put_event(sample.at);
        }
    }

    void say_lost() {
        const std::uint64_t uuid = of_counter(trace_.counters.size());
        message track;
        track.number(track_fields::uuid, uuid);
        track.bytes(track_fields::name, "records lost");
        put_track(track);
        begin_event(event_fields::instant, uuid);
        named(std::to_string(trace_.lost) + " records did not fit", 0);
        put_event(0);
    }

    const trace_data& trace_;
    const impl::span_index index_;
    const trace_sink& to_;
    std::vector<bool> names_;          // those that were written out
    std::vector<std::string> ours_;    // of ours, those that were
    std::vector<std::size_t> flows_;   // by span: the first of its links + 1
    std::vector<link> links_;
    message packet_;
    message event_;
    std::string out_;
    bool first_ = true;
};

}  // namespace

void write_perfetto(const trace_data& trace, const trace_sink& to) {
    perfetto_writer(trace, to).write();
}

}  // namespace troika
