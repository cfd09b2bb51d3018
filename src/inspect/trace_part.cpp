// SPDX-License-Identifier: MIT
#include "inspect/trace_part.hpp"

#include "inspect/span_index.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troika::impl {

namespace {

// The format: this line, then numbers of seven bits a byte, signed ones zigzag, times as the
// difference from the one before in the same list. Last, the line again: a part that was cut off
// has none.
constexpr std::string_view magic = "troika trace part 1\n";
constexpr std::size_t piece_bytes = 32 << 10;

// As many as a process can have given names to, and more.
constexpr std::size_t texts_max = std::size_t{1} << 22;
constexpr std::int64_t time_max = std::int64_t{1} << 61;

class part_writer {
public:
    explicit part_writer(const trace_sink& to) : to_(to), out_(magic) {}

    void write(const trace_part& part) {
        const trace_data& data = part.data;
        signed_number(data.begin_ns);
        signed_number(data.length);
        number(data.lost);
        number(data.texts.size());
        for (const std::string& one : data.texts) {
            number(one.size());
            out_ += one;
            flush();
        }
        number(data.processes.size());
        for (const auto& one : data.processes) numbers(one.pid, one.name);
        number(data.lanes.size());
        for (const auto& one : data.lanes)
            numbers(one.process, one.kind, one.id, one.name);
        number(data.spans.size());
        for (const auto& one : data.spans) {
            numbers(one.lane, one.state, one.name, one.detail, one.task);
            time(one.begin);
            time(one.end);
        }
        number(data.arrows.size());
        for (const auto& one : data.arrows) {
            numbers(one.kind, one.from_lane, one.to_lane);
            time(one.from);
            time(one.to);
        }
        number(data.moments.size());
        for (const auto& one : data.moments) {
            numbers(one.lane, one.name);
            time(one.at);
        }
        number(data.counters.size());
        for (const auto& one : data.counters) {
            numbers(one.process, one.name, one.samples.size());
            for (const auto& sample : one.samples) {
                time(sample.at);
                signed_number(sample.value);
            }
        }
        number(part.ends.size());
        for (const auto& one : part.ends) {
            numbers(one.kind, one.outgoing, one.lane, one.call);
            time(one.at);
        }
        out_ += magic;
        to_(out_);
    }

private:
    void flush() {
        if (out_.size() <= piece_bytes) return;
        to_(out_);
        out_.clear();
    }
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
        out_ += static_cast<char>(value);
        flush();
    }
    void signed_number(std::int64_t value) {
        number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
    }
    template <class... Ts>
    void numbers(Ts... values) {
        (number(static_cast<std::uint64_t>(values)), ...);
    }
    void time(std::int64_t at) { signed_number(at - std::exchange(before_, at)); }

    const trace_sink& to_;
    std::string out_;
    std::int64_t before_ = 0;
};

class part_reader {
public:
    explicit part_reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    trace_part read() {
        if (rest(magic.size()) != magic) fail("it does not begin as one");
        trace_part part;
        trace_data& data = part.data;
        data.begin_ns = signed_number();
        data.length = signed_number();
        data.lost = number();
        // The bytes of each entry at least, so that a count that lies takes no memory.
        if (data.begin_ns < 0 || data.begin_ns > time_max || data.length > time_max)
            fail("its times lie beyond centuries");
        fill(data.texts, 1, [&](std::string& one) { one = rest(number()); });
        fill(data.processes, 2, [&](auto& one) { numbers(one.pid, one.name); });
        fill(data.lanes, 4, [&](auto& one) { numbers(one.process, one.kind, one.id, one.name); });
        fill(data.spans, 7, [&](auto& one) {
            numbers(one.lane, one.state, one.name, one.detail, one.task);
            one.begin = time();
            one.end = time();
        });
        fill(data.arrows, 5, [&](auto& one) {
            numbers(one.kind, one.from_lane, one.to_lane);
            one.from = time();
            one.to = time();
        });
        fill(data.moments, 3, [&](auto& one) {
            numbers(one.lane, one.name);
            one.at = time();
        });
        fill(data.counters, 3, [&](auto& one) {
            numbers(one.process, one.name);
            fill(one.samples, 2, [&](auto& sample) {
                sample.at = time();
                sample.value = signed_number();
            });
        });
        fill(part.ends, 5, [&](auto& one) {
            numbers(one.kind, one.outgoing, one.lane, one.call);
            one.at = time();
        });
        if (rest(magic.size()) != magic || !bytes_.empty()) fail("it does not end as one");
        if (const char* const why = span_index::why_inconsistent(data)) fail(why);
        for (const trace_part::open_end& one : part.ends)
            if (one.lane >= data.lanes.size() || one.kind > arrow_kind::handover || one.at < 0 ||
                one.at > data.length)
                fail("the end of an arrow has no lane, kind or time");
        return part;
    }

private:
    [[noreturn]] static void fail(const char* why) {
        throw std::runtime_error(std::string("this is no part of a trace of troika: ") + why);
    }
    std::string_view rest(std::uint64_t size) {
        if (size > bytes_.size()) fail("it is cut off");
        const std::string_view taken(reinterpret_cast<const char*>(bytes_.data()),
                                     static_cast<std::size_t>(size));
        bytes_ = bytes_.subspan(static_cast<std::size_t>(size));
        return taken;
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (bytes_.empty()) fail("it is cut off");
            const auto next = static_cast<std::uint64_t>(bytes_.front());
            bytes_ = bytes_.subspan(1);
            value |= (next & 0x7f) << shift;
            if ((next & 0x80) == 0) return value;
        }
        fail("a number is too large");
    }
    std::int64_t signed_number() {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
    }
    std::int64_t time() {
        // Without a check for overflow, as unsigned: what comes out is checked.
        before_ += static_cast<std::uint64_t>(signed_number());
        return static_cast<std::int64_t>(before_);
    }
    template <class T>
    void into(T& field) {
        using number_type = std::conditional_t<
            std::is_enum_v<T>, std::uint8_t,
            std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>>;
        const std::uint64_t value = number();
        const std::uint64_t limit =
            std::is_same_v<T, bool> ? 1 : std::numeric_limits<number_type>::max();
        if (value > limit) fail("a number is too large");
        field = static_cast<T>(value);
    }
    template <class... Ts>
    void numbers(Ts&... fields) {
        (into(fields), ...);
    }
    template <class T, class F>
    void fill(std::vector<T>& list, std::size_t bytes_each, F read_one) {
        const std::uint64_t count = number();
        if (count > bytes_.size() / bytes_each ||
            (std::is_same_v<T, std::string> && count > texts_max))
            fail("a count is too large");
        list.resize(static_cast<std::size_t>(count));
        for (T& one : list) read_one(one);
    }

    std::span<const std::byte> bytes_;
    std::uint64_t before_ = 0;
};

/// Adds one part after the other to a trace.
class joiner {
public:
    explicit joiner(const std::vector<trace_part>& parts) : texts_(out_) {
        out_.begin_ns = parts.empty() ? 0 : std::numeric_limits<std::int64_t>::max();
        for (const trace_part& one : parts)
            out_.begin_ns = std::min(out_.begin_ns, one.data.begin_ns);
    }

    void add(trace_part part) {
        const trace_data& data = part.data;
        const std::int64_t later = data.begin_ns - out_.begin_ns;
        const auto first_process = static_cast<std::uint32_t>(out_.processes.size());
        const auto first_lane = static_cast<std::uint32_t>(out_.lanes.size());
        std::vector<trace_data::text_id> names;
        names.reserve(data.texts.size());
        for (const std::string& one : data.texts) names.push_back(texts_.id_of(one));

        out_.length = std::max(out_.length, later + data.length);
        out_.lost += data.lost;
        for (const auto& one : data.processes)
            out_.processes.push_back({one.pid, names[one.name]});
        for (const auto& one : data.lanes)
            out_.lanes.push_back({first_process + one.process, one.kind, one.id, names[one.name]});
        for (trace_data::span one : data.spans) {
            one.lane += first_lane;
            one.name = names[one.name];
            one.detail = names[one.detail];
            one.begin += later;
            one.end += later;
            out_.spans.push_back(one);
        }
        for (const auto& one : data.arrows)
            out_.arrows.push_back({one.kind, first_lane + one.from_lane, first_lane + one.to_lane,
                                   one.from + later, one.to + later});
        for (const auto& one : data.moments)
            out_.moments.push_back({first_lane + one.lane, names[one.name], one.at + later});
        for (const auto& one : data.counters) {
            out_.counters.push_back({first_process + one.process, names[one.name], one.samples});
            for (auto& sample : out_.counters.back().samples) sample.at += later;
        }
        for (const trace_part::open_end& one : part.ends) {
            auto& known = one.outgoing ? from_ : to_;
            known[key(one)] = {one.lane + first_lane, one.at + later};
        }
    }

    trace_data take() {
        const std::size_t before = out_.arrows.size();
        for (const auto& [which, from] : from_) {
            const auto to = to_.find(which);
            if (to == to_.end() || to->second.at < from.at) continue;
            out_.arrows.push_back({which.kind, from.lane, to->second.lane, from.at, to->second.at});
        }
        // The same parts give the same trace.
        std::sort(out_.arrows.begin() + static_cast<std::ptrdiff_t>(before), out_.arrows.end(),
                  [](const auto& a, const auto& b) {
                      return a.from != b.from ? a.from < b.from : a.to < b.to;
                  });
        return std::move(out_);
    }

private:
    struct end {
        std::uint32_t lane;
        std::int64_t at;
    };
    struct arrow_key {
        arrow_kind kind;
        std::uint64_t call;
        bool operator==(const arrow_key&) const = default;
    };
    struct key_hash {
        std::size_t operator()(const arrow_key& of) const noexcept {
            return std::hash<std::uint64_t>()(of.call * 8 + static_cast<std::uint64_t>(of.kind));
        }
    };
    static arrow_key key(const trace_part::open_end& of) { return {of.kind, of.call}; }

    trace_data out_;
    text_table texts_;
    std::unordered_map<arrow_key, end, key_hash> from_;
    std::unordered_map<arrow_key, end, key_hash> to_;
};

}  // namespace

void write_part(const trace_part& part, const trace_sink& to) { part_writer(to).write(part); }

trace_part read_part(std::span<const std::byte> bytes) { return part_reader(bytes).read(); }

trace_data join_parts(std::vector<trace_part> parts) {
    joiner all(parts);
    for (trace_part& one : parts) all.add(std::exchange(one, {}));
    return all.take();
}

}  // namespace troika::impl
