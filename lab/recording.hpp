// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/inspect/trace_data.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace troika::lab {

/// Something that a lane did. Times are nanoseconds of the monotonic clock.
struct lane_span {
    span_state state = span_state::runs;
    std::uint32_t name = 0;   ///< the recording's text_id
    std::uint64_t task = 0;
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// What one thread, task or lock did, in the order of time. Thread: one at a time.
class lane_record {
public:
    /// Adds a span; what overlaps the one before is cut, what is empty left out, and what goes on
    /// with the one before is joined to it.
    void add(span_state state, std::uint32_t name, time_point begin, time_point end,
             std::uint64_t task = 0);
    /// The same if it is not too short to be seen: for being ready, which nobody is at once.
    void add_ready(std::uint32_t name, time_point begin, time_point end);

    [[nodiscard]] const std::vector<lane_span>& spans() const noexcept { return spans_; }
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

    static constexpr std::size_t spans_max = 100'000;
    static constexpr duration gap_max = std::chrono::microseconds(2);
    static constexpr duration ready_min = std::chrono::microseconds(200);

private:
    std::vector<lane_span> spans_;
    std::uint64_t lost_ = 0;
};

/// What all lanes of a run did.
class recording {
public:
    /// Thread of all members but lane() and arrow(): one; the lanes' have ended.
    explicit recording(time_point began);
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;

    [[nodiscard]] std::uint32_t text(std::string_view of);
    /// Of a process of the run; they are numbered from 0.
    std::uint32_t add_process(std::uint32_t pid, std::string_view name);
    /// A new lane. Thread: any. Lifetime: this.
    lane_record& lane(std::uint32_t process, lane_kind kind, std::uint64_t id, std::uint32_t name);
    /// Thread: any. Requires: both lanes are of this recording.
    void arrow(arrow_kind kind, const lane_record& from, time_point left, const lane_record& to,
               time_point came);

    [[nodiscard]] time_point began() const noexcept { return began_; }
    /// All of it, once, with a counter of how many wait at a time; what lies outside of the run is
    /// cut.
    [[nodiscard]] trace_data finish(time_point ended);

    static constexpr std::size_t arrows_max = 100'000;

private:
    struct placed {
        trace_data::lane is;
        lane_record record;
    };
    struct link {
        arrow_kind kind;
        const lane_record* from;
        const lane_record* to;
        time_point left;
        time_point came;
    };

    const time_point began_;
    trace_data data_;
    text_table texts_{data_};

    // guarded by mutex_
    std::mutex mutex_;
    std::deque<placed> lanes_;   // which do not move
    std::vector<link> links_;
    std::uint64_t lost_ = 0;
};

}  // namespace troika::lab
