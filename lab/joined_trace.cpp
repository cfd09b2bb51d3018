// SPDX-License-Identifier: MIT
#include "lab/joined_trace.hpp"

#include <algorithm>

namespace troika::lab {

trace_data join_traces(const std::vector<named_trace>& traces) {
    trace_data all;
    text_table texts(all);
    for (const named_trace& each : traces) {
        const trace_data& from = *each.trace;
        std::vector<trace_data::text_id> names;
        names.reserve(from.texts.size());
        for (const std::string& text : from.texts) names.push_back(texts.id_of(text));
        const auto first_process = static_cast<std::uint32_t>(all.processes.size());
        const auto first_lane = static_cast<std::uint32_t>(all.lanes.size());
        bool first = true;
        for (const trace_data::process& one : from.processes) {
            const std::string& own = from.texts[one.name];
            const std::string name = first || own.empty() ? each.name : each.name + ": " + own;
            all.processes.push_back({.pid = static_cast<std::uint32_t>(all.processes.size() + 1),
                                     .name = texts.id_of(name)});
            first = false;
        }
        for (trace_data::lane one : from.lanes) {
            one.process += first_process;
            one.name = names[one.name];
            all.lanes.push_back(one);
        }
        for (trace_data::span one : from.spans) {
            one.lane += first_lane;
            one.name = names[one.name];
            one.detail = names[one.detail];
            all.spans.push_back(one);
        }
        for (trace_data::arrow one : from.arrows) {
            one.from_lane += first_lane;
            one.to_lane += first_lane;
            all.arrows.push_back(one);
        }
        for (trace_data::moment one : from.moments) {
            one.lane += first_lane;
            one.name = names[one.name];
            all.moments.push_back(one);
        }
        for (trace_data::counter one : from.counters) {
            one.process += first_process;
            one.name = names[one.name];
            all.counters.push_back(std::move(one));
        }
        all.length = std::max(all.length, from.length);
        all.lost += from.lost;
        if (all.begin_ns == 0 || from.begin_ns < all.begin_ns) all.begin_ns = from.begin_ns;
    }
    return all;
}

}  // namespace troika::lab
