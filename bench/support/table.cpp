// SPDX-License-Identifier: MIT
#include "compare.hpp"
#include "support/json.hpp"
#include "support/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <limits>
#include <string>

namespace bench {
namespace {

constexpr std::size_t met_shown_max = 8;

std::string pad(std::string text, std::size_t width, bool right) {
    const std::size_t missing = width > text.size() ? width - text.size() : 0;
    return right ? std::string(missing, ' ') + text : text + std::string(missing, ' ');
}

std::string lines(const std::vector<std::vector<std::string>>& cells) {
    std::vector<std::size_t> widths(cells.front().size(), 3);
    for (const auto& line : cells)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    std::string result;
    const auto add = [&](const std::vector<std::string>& line) {
        for (std::size_t i = 0; i < line.size(); ++i)
            result += (i == 0 ? "| " : " | ") + pad(line[i], widths[i], i > 0);
        result += " |\n";
    };
    add(cells.front());
    for (std::size_t i = 0; i < widths.size(); ++i)
        result += (i == 0 ? "|:" : "|-") + std::string(widths[i], '-') + (i == 0 ? "-" : ":");
    result += "|\n";
    for (std::size_t i = 1; i < cells.size(); ++i) add(cells[i]);
    return result;
}

std::string times(double ratio) {
    std::array<char, 32> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.2f x", ratio);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

table& table::reference(std::string name, measurement measure) {
    reference_ = name;
    return row(std::move(name), std::move(measure));
}

table& table::reference(std::string name, const command& what) {
    return reference(std::move(name), [what] { return bench::run(what); });
}

table& table::row(std::string name, measurement measure) {
    entries_.push_back({std::move(name), std::move(measure)});
    return *this;
}

table& table::row(std::string name, const command& what) {
    return row(std::move(name), [what] { return bench::run(what); });
}

table& table::goal_ratio(std::string row, double ratio) {
    return goal_ratio(std::move(row), columns_.front().key, ratio, reference_);
}

table& table::goal_ratio(std::string row, std::string key, double ratio, std::string relative_to) {
    goals_.push_back({std::move(row), std::move(key), ratio, std::move(relative_to)});
    return *this;
}

table& table::goal_value(std::string row, std::string key, double value) {
    goals_.push_back({std::move(row), std::move(key), value, {}});
    return *this;
}

table& table::rounds_at_most(int count) {
    rounds_max_ = count;
    return *this;
}

table& table::warm_up() {
    warmed_up_ = true;
    return *this;
}

void table::measure_once(entry& of) {
    sample figures;
    if (of.excuse.empty()) {
        try {
            figures = of.measure();
        } catch (const left_out& error) {
            of.excuse = std::string("left out: ") + error.what();
        } catch (const std::exception& error) {
            of.excuse = std::string("failed: ") + error.what();
            of.failed = true;
        }
    }
    of.samples.push_back(std::move(figures));
}

const table::entry* table::find(std::string_view name) const {
    const auto found = std::ranges::find(entries_, name, &entry::name);
    return found == entries_.end() ? nullptr : &*found;
}

std::vector<double> table::values(const entry& of, const column& what) const {
    std::vector<double> result;
    for (const sample& figures : of.samples)
        if (const auto found = figures.find(what.key); found != figures.end())
            result.push_back(found->second * what.scale);
    return result;
}

double table::ratio(const entry& of, const entry& to, std::string_view key) const {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < of.samples.size(); ++round) {
        const auto mine = of.samples[round].find(key);
        const auto theirs = to.samples[round].find(key);
        if (mine == of.samples[round].end() || theirs == to.samples[round].end()) continue;
        if (theirs->second > 0) ratios.push_back(mine->second / theirs->second);
    }
    return ratios.empty() ? std::numeric_limits<double>::quiet_NaN() : median(std::move(ratios));
}

std::vector<table::judgement> table::judge() const {
    std::vector<judgement> result;
    for (const goal& wanted : goals_) {
        double value = std::numeric_limits<double>::quiet_NaN();
        const entry* mine = find(wanted.row);
        if (mine != nullptr && !wanted.relative_to.empty()) {
            if (const entry* other = find(wanted.relative_to))
                value = ratio(*mine, *other, wanted.key);
        } else if (mine != nullptr) {
            const auto shown = std::ranges::find(columns_, wanted.key, &column::key);
            const column what = shown != columns_.end() ? *shown : column{wanted.key, wanted.key};
            std::vector<double> all = values(*mine, what);
            if (!all.empty()) value = median(std::move(all));
        }
        if (!std::isnan(value)) result.push_back({&wanted, value, value <= wanted.at_most});
    }
    return result;
}

std::string table::markdown(bool judged) const {
    const std::vector<judgement> verdicts = judged ? judge() : std::vector<judgement>{};
    const entry* base = find(reference_);
    std::vector<std::vector<std::string>> cells(1, {"program"});
    for (const column& what : columns_) cells.front().push_back(what.title);
    if (base != nullptr) cells.front().emplace_back("ratio");
    if (!verdicts.empty()) cells.front().emplace_back("goals");
    std::string excuses;
    for (const entry& of : entries_) {
        if (!of.excuse.empty()) {
            excuses += of.name + ": " + of.excuse + "\n";
            continue;
        }
        std::vector<std::string> line{of.name};
        for (const column& what : columns_) line.push_back(spread(values(of, what)));
        if (base != nullptr) {
            const double figure = ratio(of, *base, columns_.front().key);
            line.push_back(std::isnan(figure) ? "-" : times(figure));
        }
        if (!verdicts.empty()) {
            bool any = false;
            bool all = true;
            for (const judgement& one : verdicts) {
                if (one.about->row != of.name) continue;
                any = true;
                all = all && one.met;
            }
            line.emplace_back(!any ? "" : all ? "met" : "MISSED");
        }
        cells.push_back(std::move(line));
    }
    std::string result = "\n### " + title_ + "\n\n" + lines(cells);
    if (!excuses.empty() || !verdicts.empty()) result += "\n";
    for (const judgement& one : verdicts) {
        // The column says which goals are met; only where there are many, that is enough.
        if (one.met && verdicts.size() > met_shown_max) continue;
        const goal& wanted = *one.about;
        const bool relative = !wanted.relative_to.empty();
        result += (one.met ? "- met: " : "- MISSED: ") + wanted.row + ", " + wanted.key + ": " +
                  (relative ? times(one.value) + " " + wanted.relative_to : number(one.value)) +
                  ", wanted at most " +
                  (relative ? times(wanted.at_most) : number(wanted.at_most)) + "\n";
    }
    return result + excuses;
}

std::string table::json(bool judged) const {
    std::string rows;
    for (const entry& of : entries_) {
        std::string samples;
        for (const sample& figures : of.samples) {
            std::string members;
            for (const auto& [key, value] : figures)
                append_item(members, json_text(key) + ":" + json_number(value));
            if (!figures.empty()) append_item(samples, "{" + members + "}");
        }
        append_item(rows, "{\"name\":" + json_text(of.name) + ",\"reference\":" +
                      (of.name == reference_ ? "true" : "false") + ",\"excuse\":" +
                      json_text(of.excuse) + ",\"samples\":[" + samples + "]}");
    }
    std::string verdicts;
    for (const judgement& one : judged ? judge() : std::vector<judgement>{})
        append_item(verdicts, "{\"row\":" + json_text(one.about->row) +
                                  ",\"key\":" + json_text(one.about->key) +
                                  ",\"at_most\":" + json_number(one.about->at_most) +
                                  ",\"relative_to\":" + json_text(one.about->relative_to) +
                                  ",\"value\":" + json_number(one.value) +
                                  ",\"met\":" + (one.met ? "true" : "false") + "}");
    return "{\"title\":" + json_text(title_) + ",\"rows\":[" + rows + "],\"goals\":[" + verdicts +
           "]}";
}

}  // namespace bench
