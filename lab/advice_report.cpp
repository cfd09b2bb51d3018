// SPDX-License-Identifier: MIT
#include "lab/advice_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace troika::lab {

namespace {

using json = nlohmann::ordered_json;

constexpr std::array uses{time_use::computing, time_use::ready,    time_use::disk,
                          time_use::network,   time_use::lock,     time_use::sleeping,
                          time_use::other};

std::string_view label_of(time_use use) {
    switch (use) {
    case time_use::computing:
        return "on processors";
    case time_use::ready:
        return "ready, no processor";
    case time_use::disk:
        return "disk";
    case time_use::network:
        return "network";
    case time_use::lock:
        return "lock";
    case time_use::sleeping:
        return "sleeping";
    case time_use::other:
        break;
    }
    return "other waits";
}

// Those of the timelines, as near as sixteen colours come.
std::string_view colour_of(time_use use) {
    switch (use) {
    case time_use::computing:
        return "32";
    case time_use::ready:
        return "33";
    case time_use::disk:
        return "35";
    case time_use::network:
        return "36";
    case time_use::lock:
        return "31";
    case time_use::sleeping:
    case time_use::other:
        break;
    }
    return "34";
}

class painter {
public:
    explicit painter(const report_style& style) noexcept : style_(style) {}

    [[nodiscard]] std::string paint(std::string_view text, std::string_view colour) const {
        return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
    }
    // What is there is seen, however little.
    [[nodiscard]] std::string bar(double share, std::size_t columns) const {
        const double whole = std::clamp(share, 0.0, 1.0) * static_cast<double>(columns);
        const auto count = static_cast<std::size_t>(std::max(1.0, std::round(whole)));
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text += style_.unicode ? "█" : "#";
        return text;
    }
    [[nodiscard]] std::string sparkline(const std::vector<float>& values, double most,
                                        std::size_t columns) const {
        constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄",
                                                         "▅", "▆", "▇", "█"};
        constexpr std::array<std::string_view, 9> letters{" ", ".", ".", ":", "-",
                                                          "=", "+", "*", "#"};
        const std::size_t count = std::min(columns, values.size());
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t from = i * values.size() / count;
            const std::size_t to = std::max(from + 1, (i + 1) * values.size() / count);
            double sum = 0;
            for (std::size_t k = from; k < to; ++k) sum += static_cast<double>(values[k]);
            const double level = sum / static_cast<double>(to - from) / most;
            const auto step = static_cast<std::size_t>(std::round(std::clamp(level, 0.0, 1.0) * 8));
            text += style_.unicode ? blocks[step] : letters[step];
        }
        return text;
    }
    // Broken at spaces; lines after the first are indented like the text of the first.
    [[nodiscard]] std::string wrap(std::string_view first, std::string_view text) const {
        const std::size_t indent = first.size();
        const std::size_t columns = std::max(style_.columns, report_style::columns_min);
        std::string all(first);
        std::size_t used = indent;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            if (used > indent && used + 1 + end > columns) {
                all += '\n' + std::string(indent, ' ');
                used = indent;
            }
            if (used > indent) {
                all += ' ';
                ++used;
            }
            all += text.substr(0, end);
            used += end;
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return all + '\n';
    }

private:
    report_style style_;
};

json json_of(const run_facts& run) {
    json times = json::object();
    for (const time_use use : uses) times[std::string(name_of(use))] = run.time(use);
    json busy = json::array();
    for (const float each : run.busy)
        busy.push_back(std::round(static_cast<double>(each) * 100) / 100);
    json found{{"wall_s", run.wall_s},
               {"user_s", run.user_s},
               {"system_s", run.system_s},
               {"time_s", std::move(times)},
               {"unseen_s", run.unseen_s},
               {"ready_thread_s", run.ready_thread_s},
               {"looks", run.looks},
               {"busy_processors", run.busy_mean()},
               {"busy_over_time", std::move(busy)},
               {"switches_voluntary", nullptr},
               {"switches_involuntary", nullptr},
               {"io_complete", run.io_known},
               {"disk_read_bytes", run.disk_read_bytes},
               {"disk_write_bytes", run.disk_write_bytes},
               {"read_bytes", run.read_bytes},
               {"write_bytes", run.write_bytes},
               {"major_faults", run.major_faults},
               {"memory_peak_bytes", run.memory_peak_bytes},
               {"processes_seen", run.processes_seen},
               {"processes_max", run.processes_max},
               {"processes_working", run.processes_working},
               {"threads_max", run.threads_max},
               {"busiest",
                {{"name", run.busiest.name},
                 {"cpu_s", run.busiest.cpu_s},
                 {"threads", run.busiest.threads},
                 {"running", run.busiest.running},
                 {"locked", run.busiest.locked},
                 {"turns_per_s", run.busiest.turns_per_s}}}};
    if (run.switches_known) {
        found["switches_voluntary"] = run.switches_voluntary;
        found["switches_involuntary"] = run.switches_involuntary;
    }
    return found;
}

}  // namespace

std::string text_report(const report_subject& subject, const advice& found,
                        const std::vector<run_facts>& runs, const report_style& style) {
    const painter show(style);
    const run_facts all = sum_of(runs);
    const std::size_t columns = std::max(style.columns, report_style::columns_min);
    std::string text = "\n" + show.wrap("troika advise: ", subject.name);
    std::string verdict = found.verdict;
    if (found.bound != boundness::unknown)
        verdict += fmt::format(" ({} confidence)", name_of(found.sure));
    verdict = show.wrap("", verdict);
    verdict.pop_back();
    text += show.paint(verdict, "1") + '\n';
    text += show.wrap("  ", found.plan);
    if (found.workers != 0)
        text += fmt::format("  model: {}, workers: {}\n", name_of(found.fits), found.workers);

    std::string total = fmt::format("{:.2f} s", all.wall_s);
    if (runs.size() > 1) total += fmt::format(" in {} runs", runs.size());
    total += fmt::format(", {:.2f} s of processor time, peak memory {:.1f} MiB", all.cpu_s(),
                         static_cast<double>(all.memory_peak_bytes) / (1 << 20));
    if (subject.code && *subject.code != 0) total += fmt::format(", exit code {}", *subject.code);
    text += "\n" + show.wrap("", total);
    constexpr std::size_t label_columns = 21;
    constexpr std::size_t figure_columns = 7;
    for (const time_use use : uses) {
        if (all.share(use) < 0.005) continue;
        text += fmt::format("  {:<{}}{:>5.0f} % ", label_of(use), label_columns - 2,
                            all.share(use) * 100);
        text += show.paint(
            show.bar(all.share(use), columns - label_columns - figure_columns - 1),
            colour_of(use));
        text += '\n';
    }
    if (!all.busy.empty()) {
        const double most = std::max(1.0, static_cast<double>(std::ranges::max(all.busy)));
        const double scale = std::max(most, static_cast<double>(all.processors));
        const std::string line = show.sparkline(all.busy, scale, columns - label_columns - 4);
        text += fmt::format("  {:<{}}{}{}{} 0 to {:.0f}\n", "busy processors", label_columns - 2,
                            style.unicode ? "▕" : "|", show.paint(line, "32"),
                            style.unicode ? "▏" : "|", std::ceil(scale));
    }
    if (!found.reasons.empty()) text += "\nbecause\n";
    for (const std::string& reason : found.reasons) text += show.wrap("  - ", reason);
    if (!found.doubts.empty()) text += "\nbut\n";
    for (const std::string& doubt : found.doubts) text += show.wrap("  - ", doubt);
    return text;
}

std::string json_report(const report_subject& subject, const advice& found,
                        const std::vector<run_facts>& runs) {
    json all = json::array();
    for (const run_facts& run : runs) all.push_back(json_of(run));
    json report{{"command", subject.name},
                {"pid", nullptr},
                {"exit_code", nullptr},
                {"processors", runs.front().processors},
                {"bound", name_of(found.bound)},
                {"waits_for", name_of(found.waits_for)},
                {"confidence", name_of(found.sure)},
                {"parallelism", name_of(found.parallel)},
                {"model", name_of(found.fits)},
                {"workers", found.workers},
                {"verdict", found.verdict},
                {"plan", found.plan},
                {"reasons", found.reasons},
                {"doubts", found.doubts},
                {"runs", std::move(all)}};
    if (subject.process) report["pid"] = *subject.process;
    if (subject.code) report["exit_code"] = *subject.code;
    return report.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace troika::lab
