// SPDX-License-Identifier: MIT
#include "lab/comparison_report.hpp"

#include "lab/comparison_advice.hpp"
#include "lab/comparison_table.hpp"
#include "lab/joined_trace.hpp"
#include "lab/lane_picture.hpp"
#include "lab/quantities.hpp"

#include <troika/inspect/chrome_json.hpp>
#include <troika/inspect/perfetto.hpp>
#include <troika/inspect/timeline_page.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace troika::lab {

namespace {

using json = nlohmann::ordered_json;

std::string workers_text(const model_result& of) {
    switch (of.model) {
        case work_model::sync: return "one thread";
        case work_model::async: return "one thread, a loop";
        case work_model::async_pool:
            return "a loop and a pool of " + counted(of.workers, "thread");
        case work_model::processes:
            return of.workers == 1 ? "1 process" : fmt::format("{} processes", of.workers);
        case work_model::ranks: return counted(of.workers, "rank");
        case work_model::threads:
        case work_model::threads_gil: break;
    }
    return counted(of.workers, "thread");
}

std::string subtitle_of(const comparison& of) {
    return of.what.name + ": " + of.what.describe();
}

// Lines of at most so many columns, those after the first indented.
std::string wrapped(std::string_view text, std::size_t columns) {
    std::string lines;
    std::size_t column = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t width = columns_of(word);
        if (column > 0 && column + 1 + width > columns) {
            lines += "\n  ";
            column = 2;
        } else if (column > 0) {
            lines += ' ';
            ++column;
        }
        lines += word;
        column += width;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines + "\n";
}

std::string caption_of(const model_result& of) {
    switch (of.model) {
        case work_model::sync: return "One task after the other: waits add up.";
        case work_model::async:
            return "One thread. Tasks that wait stand side by side; one that computes holds up all "
                   "others.";
        case work_model::async_pool:
            return "The loop waits, and threads of a pool compute.";
        case work_model::threads: return "Each thread takes a task, and blocks while that waits.";
        case work_model::threads_gil:
            return "The same threads, of which one at a time may compute: the strip shows which.";
        case work_model::ranks:
            return "Ranks of an MPI job, which were there before: on this machine, or on others.";
        case work_model::processes: break;
    }
    return "Processes of their own; the space before their first task is what it takes to start "
           "them.";
}

}  // namespace

std::string comparison_text(const comparison& of, const shown_style& style) {
    const std::size_t columns = std::max(style.columns, shown_style::columns_min);
    std::string text = wrapped(subtitle_of(of), columns);
    text += wrapped(fmt::format("{}, {}, {}", counted(of.machine.processors, "processor"),
                                of.machine.kernel,
                                of.repeats == 1 ? "one run of each model"
                                                : fmt::format("medians of {} runs", of.repeats)),
                    columns);
    text += "\n" + comparison_table(of, style) + "\n";
    std::vector<pictured_run> runs;
    for (const model_result& each : of.models)
        runs.push_back({.name = std::string(name_of(each.model)),
                        .note = seconds_text(duration(each.trace.length)) + ", " +
                                workers_text(each),
                        .trace = &each.trace});
    text += lane_picture(runs, style);
    for (const std::string& each : advise_on(of)) text += "\n" + wrapped("* " + each, columns);
    return text;
}

std::string comparison_json(const comparison& of) {
    json all;
    json& what = all["workload"];
    what["name"] = of.what.name;
    what["tasks"] = of.what.tasks.size();
    json& steps = what["steps"] = json::object();
    for (const step_kind kind : step_kinds) steps[std::string(name_of(kind))] = of.what.count(kind);
    const auto in_seconds = [](duration time) {
        return std::chrono::duration<double>(time).count();
    };
    what["waiting_s"] = in_seconds(of.what.waiting());
    what["computing_s"] = in_seconds(of.what.time(step_kind::compute));
    what["longest_task_s"] = in_seconds(of.what.longest());
    json& machine = all["machine"];
    machine["kernel"] = of.machine.kernel;
    machine["processors"] = of.machine.processors;
    if (of.machine.load_before >= 0) machine["load_before"] = of.machine.load_before;
    all["switch_interval_s"] = in_seconds(of.switch_interval);
    all["repeats"] = of.repeats;
    json& models = all["models"] = json::array();
    const model_result* const sync = of.find(work_model::sync);
    for (const model_result& each : of.models) {
        json& one = models.emplace_back();
        one["model"] = name_of(each.model);
        one["workers"] = each.workers;
        const auto add = [&](const std::string& name, const spread& figure) {
            one[name] = figure.median;
            one[name + "_min"] = figure.least;
            one[name + "_max"] = figure.most;
        };
        const spread wall = each.wall();
        add("wall_s", wall);
        add("cpu_s", each.cpu());
        if (sync != nullptr && wall.median > 0)
            one["speed_up"] = sync->wall().median / wall.median;
        add("processors_busy", each.busy());
        add("switches_voluntary", each.of(&run_figures::switches_voluntary));
        add("switches_involuntary", each.of(&run_figures::switches_involuntary));
        add("memory_peak_bytes", each.of(&run_figures::memory_peak_bytes));
        add("processes", each.of(&run_figures::processes));
        add("latency_median_s", each.latency(0.5));
        add("latency_p99_s", each.latency(0.99));
    }
    all["advice"] = advise_on(of);
    return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

void comparison_page(const comparison& of, const std::function<void(std::string_view)>& to) {
    timeline_page page;
    page.title = "troika compare " + of.what.name;
    page.subtitle = of.what.describe();
    page.facts = {{.name = "processors", .value = std::to_string(of.machine.processors)},
                  {.name = "kernel", .value = of.machine.kernel},
                  {.name = "runs of each model", .value = std::to_string(of.repeats)},
                  {.name = "switch interval", .value = seconds_text(of.switch_interval)}};
    const comparison_cells cells = cells_of(of, true);
    timeline_page::table& table = page.summary.emplace();
    table.caption = of.repeats == 1 ? "One run of each model"
                                    : fmt::format("Medians of {} runs, and half of the distance "
                                                  "from the least to the most",
                                                  of.repeats);
    for (const std::string& head : cells.heads)
        table.columns.push_back({.head = head,
                                 .side = table.columns.empty() ? timeline_page::align::left
                                                               : timeline_page::align::right});
    for (const comparison_cells::row& row : cells.rows) {
        std::vector<std::string>& texts = table.rows.emplace_back(row.medians);
        if (of.repeats == 1) continue;
        for (std::size_t i = 1; i < texts.size(); ++i) texts[i] += " " + row.spreads[i];
    }
    page.advice = advise_on(of);
    for (const model_result& each : of.models)
        page.panels.push_back({.name = fmt::format("{} ({})", name_of(each.model),
                                                   workers_text(each)),
                               .caption = caption_of(each),
                               .trace = &each.trace});
    write_timeline_page(page, to);
}

trace_format trace_format_of(std::string_view path) {
    if (path.ends_with(".json")) return trace_format::chrome_json;
    if (path.ends_with(".pftrace") || path.ends_with(".perfetto-trace"))
        return trace_format::perfetto;
    if (path.ends_with(".html")) return trace_format::page;
    throw std::invalid_argument("--trace: the name of the file ends with .json (Chrome's format), "
                                ".pftrace (Perfetto's) or .html");
}

void comparison_trace(const comparison& of, trace_format format,
                      const std::function<void(std::string_view)>& to) {
    std::vector<named_trace> traces;
    for (const model_result& each : of.models)
        traces.push_back({.name = std::string(name_of(each.model)), .trace = &each.trace});
    const trace_data all = join_traces(traces);
    switch (format) {
        case trace_format::chrome_json: write_chrome_json(all, to); break;
        case trace_format::perfetto: write_perfetto(all, to); break;
        case trace_format::page:
            write_timeline_page("troika compare " + of.what.name, all, to);
            break;
    }
}

}  // namespace troika::lab
