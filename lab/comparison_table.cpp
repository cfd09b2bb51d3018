// SPDX-License-Identifier: MIT
#include "lab/comparison_table.hpp"

#include "lab/quantities.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace troika::lab {

namespace {

constexpr std::array<std::size_t, 9> widths{12, 9, 9, 9, 6, 9, 8, 9, 9};

std::string spread_text(const spread& of, bool unicode) {
    return fmt::format("{}{:.0f}%", unicode ? "±" : "+-", of.relative() * 100);
}

std::string count_text(double count) {
    if (count >= 99'950) return fmt::format("{:.0f}k", count / 1000);
    return fmt::format("{:.0f}", count);
}

}  // namespace

comparison_cells cells_of(const comparison& of, bool unicode) {
    comparison_cells cells;
    cells.heads = {"model",    "time",   "CPU",    "speed-up", "busy",
                   "switches", "memory", "50% done", "99% done"};
    const model_result* const base = of.find(work_model::sync);
    const double sync_s = base != nullptr ? base->wall().median : 0;
    for (const model_result& each : of.models) {
        comparison_cells::row& row = cells.rows.emplace_back();
        row.medians.emplace_back(name_of(each.model));
        row.spreads.emplace_back();
        const auto add = [&](const spread& figure, std::string text) {
            row.medians.push_back(std::move(text));
            row.spreads.push_back(spread_text(figure, unicode));
        };
        const spread wall = each.wall();
        const spread cpu = each.cpu();
        add(wall, seconds_text(wall.median));
        add(cpu, seconds_text(cpu.median));
        add(wall, sync_s > 0 && wall.median > 0 ? fmt::format("{:.2f}x", sync_s / wall.median)
                                                : "-");
        const spread busy = each.busy();
        add(busy, fmt::format("{:.2f}", busy.median));
        const spread switches = each.of(&run_figures::switches);
        add(switches, count_text(switches.median));
        const spread memory = each.of(&run_figures::memory_peak_bytes);
        add(memory, bytes_text(static_cast<std::uint64_t>(memory.median)));
        for (const double share : {0.5, 0.99}) {
            const spread latency = each.latency(share);
            add(latency, seconds_text(latency.median));
        }
    }
    return cells;
}

std::string comparison_table(const comparison& of, const shown_style& style) {
    const comparison_cells cells = cells_of(of, style.unicode);
    const auto line = [&](const std::vector<std::string>& texts, std::string_view colour) {
        std::string text;
        for (std::size_t i = 0; i < texts.size(); ++i)
            text += padded(texts[i], widths[i], i != 0);
        text.erase(text.find_last_not_of(' ') + 1);
        if (style.colour && !colour.empty()) text = fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
        return text + "\n";
    };
    std::string table = line(cells.heads, "1");
    for (const comparison_cells::row& row : cells.rows) {
        table += line(row.medians, "");
        if (of.repeats > 1) table += line(row.spreads, "2");
    }
    return table;
}

}  // namespace troika::lab
