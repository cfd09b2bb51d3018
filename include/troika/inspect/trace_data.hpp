// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troika {

/// What a lane stands for.
enum class lane_kind : std::uint8_t {
    thread,   ///< an operating system's thread, or a process that has one
    task,     ///< one task of a loop or a pool
    strip,    ///< the holder of something that only one may have, such as a GIL
};

/// What went on in a span.
enum class span_state : std::uint8_t {
    runs,      ///< computes on a processor
    waits,     ///< for a timer, I/O or another task
    locked,    ///< waits for a lock, such as a GIL
    ready,     ///< could run, and waits for a processor or its turn
    blocked,   ///< in a blocking call of the operating system
    failed,    ///< ran, and ended with an error or cancelled
    holds,     ///< of a strip: the lane `span.task` has it
};

/// Why one lane went on because of another.
enum class arrow_kind : std::uint8_t { wake, submit, steal, call, result, handover };

/// A recorded execution, as exporters and pages take it: lanes with spans of time on them, arrows
/// between them, moments, and counters. Times are nanoseconds since `begin_ns`; spans of one lane
/// do not overlap and stand in their order.
///
/// Values of type text_id are places in `texts`; 0 is the empty text.
struct trace_data {
    using text_id = std::uint32_t;

    struct process {
        std::uint32_t pid = 0;
        text_id name = 0;
    };
    struct lane {
        std::uint32_t process = 0;   ///< index in `processes`
        lane_kind kind = lane_kind::thread;
        std::uint64_t id = 0;        ///< tid or number of the task: unique in the process and kind
        text_id name = 0;
    };
    struct span {
        std::uint32_t lane = 0;      ///< index in `lanes`
        span_state state = span_state::runs;
        text_id name = 0;            ///< of what runs, or what is waited for
        text_id detail = 0;          ///< source line, size or the like; may be empty
        std::uint64_t task = 0;      ///< the id of the task's lane in this process, 0 for none
        std::int64_t begin = 0;
        std::int64_t end = 0;        ///< >= begin
    };
    struct arrow {
        arrow_kind kind = arrow_kind::wake;
        std::uint32_t from_lane = 0;
        std::uint32_t to_lane = 0;
        std::int64_t from = 0;
        std::int64_t to = 0;         ///< >= from
    };
    struct moment {
        std::uint32_t lane = 0;
        text_id name = 0;
        std::int64_t at = 0;
    };
    struct sample {
        std::int64_t at = 0;
        std::int64_t value = 0;
    };
    struct counter {
        std::uint32_t process = 0;
        text_id name = 0;
        std::vector<sample> samples;   ///< in the order of time; a value holds until the next
    };

    std::vector<std::string> texts{std::string()};
    std::vector<process> processes;
    std::vector<lane> lanes;
    std::vector<span> spans;           ///< in the order of lane, then of begin
    std::vector<arrow> arrows;
    std::vector<moment> moments;
    std::vector<counter> counters;
    std::int64_t begin_ns = 0;         ///< on the monotonic clock of the machine
    std::int64_t length = 0;           ///< no time above lies beyond it
    std::uint64_t lost = 0;            ///< records that did not fit into their rings
};

/// Gives each different text one place in a trace's `texts`.
/// Lifetime: the trace, whose texts only this changes.
class text_table {
public:
    explicit text_table(trace_data& of);
    /// Of `text`, cut to `text_bytes_max`.
    trace_data::text_id id_of(std::string_view text);

    static constexpr std::size_t text_bytes_max = 1024;

private:
    std::vector<std::string>& texts_;
    std::unordered_map<std::string, trace_data::text_id> ids_;
};

}  // namespace troika
