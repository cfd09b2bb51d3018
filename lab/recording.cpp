// SPDX-License-Identifier: MIT
#include "lab/recording.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace troika::lab {

namespace {

std::int64_t ns(time_point at) noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

// How many wait at a time: tasks, and threads in blocking calls.
std::vector<trace_data::sample> count_waits(const trace_data& of) {
    std::vector<std::pair<std::int64_t, int>> changes;
    for (const trace_data::span& each : of.spans) {
        const bool is_task = of.lanes[each.lane].kind == lane_kind::task;
        if (each.state != (is_task ? span_state::waits : span_state::blocked)) continue;
        changes.emplace_back(each.begin, 1);
        changes.emplace_back(each.end, -1);
    }
    std::ranges::sort(changes);
    std::vector<trace_data::sample> samples;
    std::int64_t value = 0;
    for (const auto& [at, by] : changes) {
        value += by;
        if (!samples.empty() && samples.back().at == at)
            samples.back().value = value;
        else
            samples.push_back({.at = at, .value = value});
    }
    return samples;
}

}  // namespace

void lane_record::add(span_state state, std::uint32_t name, time_point begin, time_point end,
                      std::uint64_t task) {
    std::int64_t from = ns(begin);
    const std::int64_t to = ns(end);
    if (!spans_.empty()) {
        lane_span& last = spans_.back();
        from = std::max(from, last.end);
        if (from >= to) return;
        if (last.state == state && last.name == name && last.task == task &&
            from - last.end <= gap_max.count()) {
            last.end = to;
            return;
        }
    }
    if (from >= to) return;
    if (spans_.size() == spans_max) {
        ++lost_;
        return;
    }
    spans_.push_back({.state = state, .name = name, .task = task, .begin = from, .end = to});
}

void lane_record::add_ready(std::uint32_t name, time_point begin, time_point end) {
    if (end - begin >= ready_min) add(span_state::ready, name, begin, end);
}

recording::recording(time_point began) : began_(began) { data_.begin_ns = ns(began); }

std::uint32_t recording::text(std::string_view of) { return texts_.id_of(of); }

std::uint32_t recording::add_process(std::uint32_t pid, std::string_view name) {
    data_.processes.push_back({.pid = pid, .name = text(name)});
    return static_cast<std::uint32_t>(data_.processes.size() - 1);
}

lane_record& recording::lane(std::uint32_t process, lane_kind kind, std::uint64_t id,
                             std::uint32_t name) {
    const std::scoped_lock here(mutex_);
    placed& made = lanes_.emplace_back();
    made.is = {.process = process, .kind = kind, .id = id, .name = name};
    return made.record;
}

void recording::arrow(arrow_kind kind, const lane_record& from, time_point left,
                      const lane_record& to, time_point came) {
    const std::scoped_lock here(mutex_);
    if (links_.size() == arrows_max)
        ++lost_;
    else
        links_.push_back({.kind = kind, .from = &from, .to = &to, .left = left, .came = came});
}

trace_data recording::finish(time_point ended) {
    data_.length = std::max<std::int64_t>(0, ns(ended) - data_.begin_ns);
    const auto placed_at = [&](std::int64_t time) {
        return std::clamp<std::int64_t>(time - data_.begin_ns, 0, data_.length);
    };
    std::unordered_map<const lane_record*, std::uint32_t> places;
    data_.lost = lost_;
    for (const placed& each : lanes_) {
        const auto index = static_cast<std::uint32_t>(data_.lanes.size());
        places.emplace(&each.record, index);
        data_.lanes.push_back(each.is);
        data_.lost += each.record.lost();
        for (const lane_span& span : each.record.spans()) {
            const std::int64_t begin = placed_at(span.begin);
            const std::int64_t end = placed_at(span.end);
            if (begin < end)
                data_.spans.push_back({.lane = index, .state = span.state, .name = span.name,
                                       .detail = 0, .task = span.task, .begin = begin,
                                       .end = end});
        }
    }
    for (const link& each : links_) {
        const std::int64_t from = placed_at(ns(each.left));
        data_.arrows.push_back({.kind = each.kind, .from_lane = places.at(each.from),
                                .to_lane = places.at(each.to), .from = from,
                                .to = std::max(from, placed_at(ns(each.came)))});
    }
    std::vector<trace_data::sample> waits = count_waits(data_);
    if (!waits.empty())
        data_.counters.push_back(
            {.process = 0, .name = text("waiting"), .samples = std::move(waits)});
    return std::move(data_);
}

}  // namespace troika::lab
