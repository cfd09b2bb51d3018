// SPDX-License-Identifier: MIT
#include "watch/top_table.hpp"

#include "watch/columns.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace troika::watch {

using impl::listed;

void top_table::update(const std::map<int, picture>& family, int pid) {
    ++looks_;
    rows_.clear();
    heading_.clear();
    queues_.clear();
    std::size_t workers = 0;
    std::size_t busy = 0;
    std::size_t processes = 0;
    std::uint64_t queued = 0;
    std::string loops;
    std::vector<std::string> notes;
    for (const auto& [number, one] : family) {
        std::uint64_t turns = 0;
        for (const picture::part& part : one.parts) {
            for (const seen_task& task : part.tasks) add(one, part, task);
            const impl::listing_data& what = part.listed;
            if (what.kind == listed::loop) turns += part.gauges[0].value_or(0);
            if (what.kind == listed::process) ++processes;
            if (what.kind == listed::pool || what.kind == listed::pool_worker)
                queued += part.gauges[0].value_or(0);
            if (what.kind == listed::pool_worker) {
                ++workers;
                if (part.running != 0 || part.runs_job) ++busy;
            }
            if (what.kind == listed::queue && part.gauges[0] && part.gauges[3])
                queues_.push_back((*what.name == '\0' ? "queue" : shown_name(what)) + " " +
                                  std::to_string(*part.gauges[0]) + "/" +
                                  std::to_string(*part.gauges[3]) + " (most " +
                                  std::to_string(part.gauges[1].value_or(0)) + ")");
        }
        const auto before = std::exchange(turns_[number], {turns, one.taken_ns});
        if (number == pid && before.second != 0 && one.taken_ns > before.second)
            loops = std::to_string((turns - std::min(before.first, turns)) * 1'000'000'000 /
                                   static_cast<std::uint64_t>(one.taken_ns - before.second)) +
                    " turns/s";
        for (const std::string& each : one.warnings) notes.push_back("! " + each);
        for (const std::string& each : one.notes) notes.push_back("(" + each + ")");
    }
    std::erase_if(seen_, [&](const auto& each) { return each.second.last != looks_; });
    std::string first = family.at(pid).of.name + " (" + std::to_string(pid) + "): " +
                        std::to_string(rows_.size()) + " tasks";
    if (!loops.empty()) first += ", " + loops;
    if (workers != 0)
        first += ", " + std::to_string(busy) + " of " + std::to_string(workers) + " workers busy";
    if (queued != 0) first += ", " + std::to_string(queued) + " jobs queued";
    if (processes != 0) first += ", " + std::to_string(processes) + " processes";
    heading_.push_back(std::move(first));
    if (!queues_.empty()) {
        std::string line = "queues:";
        for (const std::string& each : queues_) line += "  " + each;
        heading_.push_back(std::move(line));
    }
    heading_.insert(heading_.end(), notes.begin(), notes.end());
    std::ranges::sort(rows_, [](const row& a, const row& b) {
        if (a.runs_percent != b.runs_percent) return a.runs_percent > b.runs_percent;
        if (a.waits_ns != b.waits_ns) return a.waits_ns > b.waits_ns;
        return std::pair(a.pid, a.id) < std::pair(b.pid, b.id);
    });
}

void top_table::add(const picture& of, const picture::part& part, const seen_task& task) {
    seen& known = seen_[{of.of.pid, task.address}];
    ++known.looks;
    known.last = looks_;
    const bool runs = part.running == task.address || task.what.state == "running";
    if (runs) ++known.running;
    row made{of.of.pid, task.what.id, task.what.name, task.what.state, "", -1,
             static_cast<unsigned>(known.running * 100 / known.looks), task.what.cancelled};
    if (!task.what.stack.empty()) {
        const frame_view& frame = task.what.stack.front();
        made.at = std::filesystem::path(frame.file).filename().string() + ":" +
                  std::to_string(frame.line);
    }
    if (task.waits_s >= 0 && !runs)
        made.waits_ns = task.waits_s * std::int64_t{1'000'000'000};
    rows_.push_back(std::move(made));
    for (const seen_task& child : task.children) add(of, part, child);
}

std::vector<std::string> top_table::lines(const screen& size, std::size_t& first) const {
    std::vector<std::string> made;
    const std::size_t columns = std::max<std::size_t>(size.columns, 20);
    for (const std::string& each : heading_) {
        if (size.rows != 0 && made.size() + 3 > size.rows) break;
        made.push_back(fitted(each, columns));
    }
    // Narrow terminals go without the columns that matter less.
    const bool wide = columns >= 70;
    std::string head = wide ? "    PID    TASK  RUNS       WAITS  " : "   TASK  RUNS  ";
    const std::size_t rest = columns > head.size() ? columns - head.size() : 0;
    const std::size_t state_columns = rest / 3;
    const std::size_t at_columns = wide ? rest / 4 : 0;
    const std::size_t name_columns = rest - state_columns - at_columns;
    made.push_back(fitted(head + fitted("NAME", name_columns) + fitted("STATE", state_columns) +
                              fitted("AT", at_columns), columns));
    std::size_t room = rows_.size();
    if (size.rows != 0) room = size.rows > made.size() ? size.rows - made.size() : 0;
    first = std::min(first, rows_.size() > room ? rows_.size() - room : 0);
    for (std::size_t i = first; i < rows_.size() && i - first < room; ++i) {
        const row& each = rows_[i];
        std::string line = wide ? at_right(std::to_string(each.pid), 7) : "";
        line += at_right("#" + std::to_string(each.id), wide ? 8 : 7) +
                at_right(std::to_string(each.runs_percent) + "%", 6);
        if (wide) line += at_right(each.waits_ns >= 0 ? duration_text(each.waits_ns) : "", 12);
        line += "  ";
        const std::size_t gap = 1;
        line += fitted(fitted(each.name, name_columns - std::min(gap, name_columns)), name_columns);
        line += fitted(fitted(each.state + (each.cancelled ? " (cancelled)" : ""),
                              state_columns - std::min(gap, state_columns)), state_columns);
        line += fitted(each.at, at_columns);
        made.push_back(fitted(line, columns));
    }
    return made;
}

}  // namespace troika::watch
