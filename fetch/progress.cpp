// SPDX-License-Identifier: MIT
#include "fetch/progress.hpp"

#include "fetch/human.hpp"
#include "fetch/printable.hpp"
#include "fetch/text_width.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troika::fetch {
namespace {

// From these widths on a row shows more.
constexpr std::size_t bar_from_columns = 64;
constexpr std::size_t speed_from_columns = 40;
constexpr std::size_t percent_from_columns = 12;

constexpr std::size_t percent_columns = 4;   // "100%"
constexpr std::size_t size_columns = 8;      // "1023 MiB"
constexpr std::size_t speed_columns = 10;    // "1023 MiB/s"
constexpr std::size_t time_columns = 6;      // "59m59s"
constexpr std::size_t name_columns_max = 44;

enum class colour : std::uint8_t { none, green, yellow, red, dim };

std::string paint(std::string text, colour which, bool on) {
    constexpr std::array<std::string_view, 5> codes{"", "32", "33", "31", "2"};
    if (!on || which == colour::none) return text;
    return std::string("\x1b[").append(codes[static_cast<std::size_t>(which)]) + "m" + text +
           "\x1b[0m";
}

std::string right(std::string_view text, std::size_t columns) {
    const std::size_t width = text_width(text);
    return std::string(columns > width ? columns - width : 0, ' ').append(text);
}

std::optional<double> fraction(std::uint64_t bytes, std::optional<std::uint64_t> total) {
    if (!total) return std::nullopt;
    if (*total == 0) return 1.0;
    return std::min(static_cast<double>(bytes) / static_cast<double>(*total), 1.0);
}

std::string percent(std::optional<double> part) {
    // Rounded down: 100% is said only of what is whole.
    return part ? std::to_string(static_cast<int>(std::floor(*part * 100))) + "%" : "";
}

// How much is there, in one column.
std::string level(std::optional<double> part, bool unicode) {
    if (!part) return "";
    constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const double steps = unicode ? 8 : 10;
    const auto step = static_cast<std::size_t>(std::min(std::floor(*part * steps), steps - 1));
    return unicode ? std::string(blocks[step]) : std::to_string(step);
}

std::string repeat(std::string_view text, std::size_t count) {
    std::string answer;
    for (std::size_t i = 0; i < count; ++i) answer += text;
    return answer;
}

std::string bar(std::optional<double> part, std::size_t columns, colour which,
                const progress_style& style) {
    // Half columns, where there is a character for them. Rounded down, as the percentage.
    const auto halves =
        static_cast<std::size_t>(std::floor(part.value_or(0) * static_cast<double>(columns) * 2));
    const bool half = style.unicode && halves % 2 == 1;
    const std::string done = repeat(style.unicode ? "━" : "#", halves / 2).append(half ? "╸" : "");
    const std::string rest =
        repeat(style.unicode ? "─" : "-", columns - halves / 2 - (half ? 1 : 0));
    return (done.empty() ? done : paint(done, which, style.colour)) +
           (rest.empty() ? rest : paint(rest, colour::dim, style.colour));
}

struct state_look {
    std::string_view word;   // instead of the speed, if there is one
    colour shade;
};

state_look look(file_state state) noexcept {
    switch (state) {
        case file_state::connecting: return {"connecting", colour::dim};
        case file_state::downloading: return {"", colour::green};
        case file_state::waiting: return {"retry in", colour::yellow};
        case file_state::verifying: return {"verifying", colour::green};
        case file_state::done: return {"done", colour::green};
        case file_state::failed: return {"failed", colour::red};
    }
    return {"", colour::none};
}

// What stands in a row.
struct row {
    std::vector<std::string> names;   // the longest first; the last may be cut
    std::optional<double> part;
    std::string size, speed, time;
    colour shade = colour::none;
    colour speed_shade = colour::none;
};

// What all rows have room for.
std::size_t width_of(const progress_style& style) {
    return std::max<std::size_t>(style.columns, 1) - 1;
}

std::string_view mark_of(const progress_style& style) { return style.unicode ? "…" : "~"; }

std::string name_in(const row& what, std::size_t columns, const progress_style& style) {
    for (const std::string& name : what.names)
        if (text_width(name) <= columns) return fit_to_width(name, columns, mark_of(style));
    return fit_to_width(what.names.back(), columns, mark_of(style));
}

std::string lay_out(const row& what, const progress_style& style) {
    const std::size_t width = width_of(style);
    const auto with_name = [&](std::size_t taken) {
        return name_in(what, width > taken ? width - taken : 0, style);
    };
    if (style.columns < percent_from_columns) return with_name(0);

    const std::string share = " " + right(percent(what.part), percent_columns);
    if (style.columns < speed_from_columns) return with_name(1 + percent_columns) + share;

    // Padded before it is painted: escapes have no width.
    const std::string speed =
        "  " + paint(right(what.speed, speed_columns), what.speed_shade, style.colour) + " " +
        right(what.time, time_columns);
    const std::size_t speed_taken = 3 + speed_columns + time_columns;
    if (style.columns < bar_from_columns)
        return with_name(1 + percent_columns + speed_taken) + share + speed;

    const std::size_t taken = 1 + percent_columns + 1 + size_columns + speed_taken;
    const std::size_t name_columns = std::min(name_columns_max, (width - taken) * 2 / 3);
    const std::size_t bar_columns = width - taken - name_columns - 1;
    return name_in(what, name_columns, style) + " " +
           bar(what.part, bar_columns, what.shade, style) + share + " " +
           right(what.size, size_columns) + speed;
}

std::string shown_name(std::string_view name, const progress_style& style) {
    return style.unicode ? printable(name) : ascii_only(printable(name));
}

std::string file_row(const file_progress& file, const progress_style& style) {
    const state_look shown = look(file.state);
    row what;
    what.names = {shown_name(file.name, style)};
    what.part = fraction(file.bytes, file.total);
    what.size = human_size(file.total.value_or(file.bytes));
    what.speed = shown.word.empty() ? human_speed(file.bytes_per_second) : std::string(shown.word);
    if (file.time_left) what.time = human_time_left(*file.time_left);
    what.shade = shown.shade;
    what.speed_shade = shown.word.empty() ? colour::none : shown.shade;
    return lay_out(what, style);
}

// What the counts of a run are in words, from all of them to fewer.
std::vector<std::string> counts(const progress_snapshot& now) {
    const std::string done = std::to_string(now.done);
    const std::string of_all = done + "/" +
                               std::to_string(now.done + now.failed + now.active + now.queued) +
                               (now.more ? "+" : "");
    const std::string active = ", " + std::to_string(now.active) + " active";
    const std::string failed =
        now.failed > 0 ? ", " + std::to_string(now.failed) + " failed" : std::string();
    const std::string queued = now.queued > 0 || now.more ? ", " + std::to_string(now.queued) +
                                                                (now.more ? "+ queued" : " queued")
                                                          : std::string();
    return {done + " done" + active + queued + failed, of_all + active + failed, of_all + failed,
            of_all, done};
}

std::string total_row(const progress_snapshot& now, const progress_style& style) {
    row what;
    what.names = counts(now);
    what.part = fraction(now.bytes, now.total);
    what.size = human_size(now.total.value_or(now.bytes));
    what.speed = human_speed(now.bytes_per_second);
    if (now.time_left) what.time = human_time_left(*now.time_left);
    what.shade = now.failed > 0 ? colour::yellow : colour::green;
    if (style.columns < percent_from_columns) {
        // One thing has room: how much is there, or how many if nobody knows.
        const std::string share = percent(what.part);
        what.names = share.empty() ? std::vector{std::to_string(now.done), share}
                                   : std::vector{share, level(what.part, style.unicode)};
    }
    return lay_out(what, style);
}

}  // namespace

std::vector<std::string> render_progress(const progress_snapshot& now,
                                         const progress_style& style) {
    if (width_of(style) == 0) return {};
    const std::size_t room = style.rows_max > 1 ? style.rows_max - 1 : 0;
    const std::uint64_t active = std::max<std::uint64_t>(now.active, now.files.size());
    std::size_t shown = std::min(room, now.files.size());
    if (shown < active && shown == room && room > 0) --shown;   // gives its row to "and more"

    std::vector<std::string> rows;
    for (const file_progress& file : now.files.first(shown)) rows.push_back(file_row(file, style));
    if (shown < active && room > 0) {
        const std::string text = std::string(style.unicode ? "…" : "...") + " and " +
                                 std::to_string(active - shown) + " more";
        rows.push_back(
            paint(fit_to_width(text, width_of(style), mark_of(style)), colour::dim, style.colour));
    }
    rows.push_back(total_row(now, style));
    return rows;
}

std::string render_report(const file_report& report, bool colours) {
    const std::string name = printable(report.name);
    if (!report.failure.empty())
        return paint("failed", colour::red, colours) + "  " + name + ": " +
               printable(report.failure) +
               (report.resumable ? " (what has come is kept; the same command resumes)" : "");
    if (report.skipped)
        return paint("same", colour::dim, colours) + "  " + name + "  " + human_size(report.bytes) +
               ", already here and unchanged";
    const double seconds = std::chrono::duration<double>(report.time).count();
    std::string line = paint("done", colour::green, colours) + "  " + name + "  " +
                       human_size(report.bytes) + " in " + human_duration(report.time);
    if (seconds > 0) line += ", " + human_speed(static_cast<double>(report.bytes) / seconds);
    return line;
}

std::string render_retry(std::string_view failure, std::chrono::nanoseconds wait, bool colours) {
    return paint("retry", colour::yellow, colours).append(" ").append(failure) + "; again in " +
           human_duration(wait);
}

}  // namespace troika::fetch
