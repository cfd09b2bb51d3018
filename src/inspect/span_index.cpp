// SPDX-License-Identifier: MIT
#include "inspect/span_index.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <tuple>

namespace troika::impl {

const char* span_index::why_inconsistent(const trace_data& trace) noexcept {
    const auto is_time = [&](std::int64_t time) { return time >= 0 && time <= trace.length; };
    const auto is_text = [&](trace_data::text_id text) { return text < trace.texts.size(); };
    const auto is_lane = [&](std::uint32_t lane) { return lane < trace.lanes.size(); };
    const auto all = [](const auto& range, const auto& rule) {
        return std::all_of(range.begin(), range.end(), rule);
    };
    if (trace.texts.empty() || !trace.texts[0].empty()) return "text 0 is not the empty one";
    if (trace.length < 0) return "its length is negative";
    if (!all(trace.processes, [&](const auto& one) { return is_text(one.name); }))
        return "a process has no name";
    if (!all(trace.lanes, [&](const auto& one) {
            return one.process < trace.processes.size() && is_text(one.name) &&
                   one.kind <= lane_kind::strip;
        }))
        return "a lane has no process, name or kind";
    const trace_data::span* before = nullptr;
    for (const trace_data::span& one : trace.spans) {
        if (!is_lane(one.lane) || !is_text(one.name) || !is_text(one.detail) ||
            one.state > span_state::holds)
            return "a span has no lane, name or state";
        if (!is_time(one.begin) || !is_time(one.end) || one.end < one.begin)
            return "a span lies beyond the trace, or ends before it begins";
        if (before != nullptr &&
            (before->lane > one.lane || (before->lane == one.lane && before->end > one.begin)))
            return "its spans are not in the order of lane and time, or overlap";
        before = &one;
    }
    if (!all(trace.arrows, [&](const auto& one) {
            return is_lane(one.from_lane) && is_lane(one.to_lane) && is_time(one.from) &&
                   is_time(one.to) && one.from <= one.to && one.kind <= arrow_kind::handover;
        }))
        return "an arrow has no lane or kind, or goes back in time";
    if (!all(trace.moments, [&](const auto& one) {
            return is_lane(one.lane) && is_text(one.name) && is_time(one.at);
        }))
        return "a moment has no lane, name or time";
    for (const trace_data::counter& one : trace.counters) {
        if (one.process >= trace.processes.size() || !is_text(one.name))
            return "a counter has no process or name";
        if (!all(one.samples, [&](const auto& sample) { return is_time(sample.at); }) ||
            !std::is_sorted(one.samples.begin(), one.samples.end(),
                            [](const auto& a, const auto& b) { return a.at < b.at; }))
            return "the samples of a counter are not in the order of time";
    }
    return nullptr;
}

span_index::span_index(const trace_data& trace) : trace_(trace) {
    if (const char* const why = why_inconsistent(trace))
        throw std::invalid_argument(std::string("this is no trace_data: ") + why);
    first_.resize(trace.lanes.size() + 1);
    for (const trace_data::span& one : trace.spans) ++first_[one.lane + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    for (std::size_t i = 0; i < trace.spans.size(); ++i) {
        const trace_data::span& one = trace.spans[i];
        const trace_data::lane& lane = trace.lanes[one.lane];
        if (lane.kind == lane_kind::thread && one.task != 0)
            turns_.push_back({lane.process, one.task, one.begin, i});
    }
    std::ranges::sort(turns_, [](const turn& a, const turn& b) {
        return std::tie(a.process, a.task, a.begin, a.span) <
               std::tie(b.process, b.task, b.begin, b.span);
    });
}

std::optional<std::size_t> span_index::at(std::uint32_t lane, std::int64_t time) const {
    const auto [begin, end] = of_lane(lane);
    const auto first = trace_.spans.begin();
    const auto after = std::partition_point(
        first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end),
        [&](const trace_data::span& one) { return one.begin <= time; });
    const auto found = static_cast<std::size_t>(after - first);
    if (found == begin || trace_.spans[found - 1].end < time) return std::nullopt;
    return found - 1;
}

std::optional<std::size_t> span_index::on_thread(std::uint32_t lane, std::int64_t time,
                                                 bool leaving) const {
    const trace_data::lane& of = trace_.lanes[lane];
    if (of.kind != lane_kind::task) return at(lane, time);
    const auto after = std::partition_point(turns_.begin(), turns_.end(), [&](const turn& one) {
        return std::tie(one.process, one.task, one.begin) <= std::tie(of.process, of.id, time);
    });
    const auto covers = [&](auto candidate) {
        return candidate->process == of.process && candidate->task == of.id &&
               trace_.spans[candidate->span].end >= time;
    };
    if (after == turns_.begin() || !covers(after - 1)) return std::nullopt;
    auto found = after - 1;
    if (leaving && found->begin == time && found != turns_.begin() && covers(found - 1)) --found;
    return found->span;
}

}  // namespace troika::impl
