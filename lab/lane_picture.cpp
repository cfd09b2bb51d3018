// SPDX-License-Identifier: MIT
#include "lab/lane_picture.hpp"

#include "lab/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace troika::lab {

namespace {

struct sign {
    span_state state;
    std::string_view ascii;
    std::string_view unicode;
    std::string_view colour;
    std::string_view meaning;
};
constexpr std::array signs{
    sign{span_state::runs, "#", "█", "32", "computes"},
    sign{span_state::waits, ".", "·", "34", "waits"},
    sign{span_state::blocked, ":", "░", "35", "blocked in a call"},
    sign{span_state::ready, "-", "╌", "33", "ready, but has to wait its turn"},
    sign{span_state::locked, "x", "╳", "31", "waits for the GIL"},
    sign{span_state::failed, "!", "!", "31", "failed"},
};
constexpr std::size_t label_columns = 14;
constexpr std::size_t mark_columns = 16;
constexpr std::string_view holder_signs = "123456789abcdefghijklmnopqrstuvwxyz";

const sign& sign_of(span_state state) noexcept {
    const auto found = std::ranges::find(signs, state, &sign::state);
    return found == signs.end() ? signs.front() : *found;
}

class painter {
public:
    painter(const shown_style& style, std::int64_t length)
        : style_(style),
          columns_(std::max(style.columns, shown_style::columns_min) - label_columns),
          length_(std::max<std::int64_t>(length, 1)) {}

    [[nodiscard]] std::string axis() const {
        const std::size_t marks = columns_ / mark_columns;
        std::string line(columns_, ' ');
        std::string text(label_columns, ' ');
        for (std::size_t i = 0; i < marks; ++i) {
            const std::size_t at = columns_ * i / marks;
            const std::string mark =
                i == 0 ? "0"
                       : seconds_text(duration(length_ * static_cast<std::int64_t>(i) /
                                               static_cast<std::int64_t>(marks)));
            line.replace(at, mark.size() + 1, "|" + mark);
        }
        const std::string end = seconds_text(duration(length_)) + "|";
        line.replace(columns_ - end.size(), end.size(), end);
        return text + line + "\n";
    }

    /// `spans` are those of one lane.
    std::string lane(std::string_view name, bool is_strip,
                     std::span<const trace_data::span> spans) {
        std::string line = padded(" " + std::string(name), label_columns - 1, false) + " ";
        std::size_t at = 0;
        std::string_view colour;
        for (std::size_t column = 0; column < columns_; ++column) {
            const std::int64_t begin = time_at(column);
            const std::int64_t end = time_at(column + 1);
            while (at < spans.size() && spans[at].end <= begin) ++at;
            const trace_data::span* const most = is_strip ? longest_holder(spans, at, begin, end)
                                                          : longest_state(spans, at, begin, end);
            std::string_view wanted;
            std::string_view shown = " ";
            if (most != nullptr && is_strip) {
                shown = holder_signs.substr((most->task - 1) % holder_signs.size(), 1);
            } else if (most != nullptr) {
                const sign& one = sign_of(most->state);
                seen_[static_cast<std::size_t>(&one - signs.data())] = true;
                shown = style_.unicode ? one.unicode : one.ascii;
                wanted = one.colour;
            }
            if (style_.colour && wanted != colour) {
                line += wanted.empty() ? "\x1b[0m" : fmt::format("\x1b[{}m", wanted);
                colour = wanted;
            }
            line += shown;
        }
        if (!colour.empty()) line += "\x1b[0m";
        if (is_strip) strip_ = true;
        line.erase(line.find_last_not_of(' ') + 1);
        return line + "\n";
    }

    [[nodiscard]] std::string legend() const {
        std::string text;
        std::size_t column = 0;
        const auto add = [&](const std::string& entry) {
            const std::size_t width = columns_of(entry);
            const bool fits = column + 2 + width <= columns_ + label_columns;
            if (!text.empty()) text += fits ? "  " : "\n";
            column = text.empty() || !fits ? width : column + 2 + width;
            text += entry;
        };
        for (std::size_t i = 0; i < signs.size(); ++i)
            if (seen_[i])
                add(fmt::format("{} {}", style_.unicode ? signs[i].unicode : signs[i].ascii,
                                signs[i].meaning));
        if (strip_) add("GIL: the number of the thread that has it");
        return text + "\n";
    }

private:
    using spans_of_lane = std::span<const trace_data::span>;

    [[nodiscard]] std::int64_t time_at(std::size_t column) const noexcept {
        return static_cast<std::int64_t>(static_cast<double>(length_) *
                                         static_cast<double>(column) /
                                         static_cast<double>(columns_));
    }
    static std::int64_t within(const trace_data::span& one, std::int64_t begin,
                               std::int64_t end) noexcept {
        return std::min(one.end, end) - std::max(one.begin, begin);
    }
    static const trace_data::span* longest_state(spans_of_lane spans, std::size_t at,
                                                 std::int64_t begin, std::int64_t end) {
        std::array<std::int64_t, signs.size() + 1> times{};
        const trace_data::span* most = nullptr;
        std::int64_t most_time = 0;
        for (; at < spans.size() && spans[at].begin < end; ++at) {
            auto& time = times[std::min(static_cast<std::size_t>(spans[at].state), signs.size())];
            time += within(spans[at], begin, end);
            if (time > most_time) {
                most_time = time;
                most = &spans[at];
            }
        }
        return most;
    }
    static const trace_data::span* longest_holder(spans_of_lane spans, std::size_t at,
                                                  std::int64_t begin, std::int64_t end) {
        const trace_data::span* most = nullptr;
        std::vector<std::int64_t> times(holder_signs.size());
        std::int64_t most_time = 0;
        for (; at < spans.size() && spans[at].begin < end; ++at) {
            if (spans[at].task == 0) continue;
            std::int64_t& time = times[(spans[at].task - 1) % times.size()];
            time += within(spans[at], begin, end);
            if (time > most_time) {
                most_time = time;
                most = &spans[at];
            }
        }
        return most;
    }

    const shown_style& style_;
    const std::size_t columns_;
    const std::int64_t length_;
    std::array<bool, signs.size()> seen_{};
    bool strip_ = false;
};

}  // namespace

std::string lane_picture(const std::vector<pictured_run>& runs, const shown_style& style) {
    std::int64_t length = 1;
    for (const pictured_run& each : runs) length = std::max(length, each.trace->length);
    painter paint(style, length);
    std::string text = paint.axis();
    for (const pictured_run& each : runs) {
        const trace_data& trace = *each.trace;
        std::string head = each.name;
        if (!each.note.empty()) head += "  " + each.note;
        text += (style.colour ? "\x1b[1m" + head + "\x1b[0m" : head) + "\n";
        std::vector<std::pair<std::size_t, std::span<const trace_data::span>>> shown;
        std::size_t strips = 0;
        for (std::size_t i = 0, at = 0; i < trace.lanes.size(); ++i) {
            const std::size_t first = at;
            while (at < trace.spans.size() && trace.spans[at].lane == i) ++at;
            if (at == first) continue;
            if (trace.lanes[i].kind == lane_kind::strip) ++strips;
            shown.emplace_back(i, std::span(trace.spans).subspan(first, at - first));
        }
        // Tasks after the threads that run them, and last who holds what.
        std::ranges::sort(shown, {}, [&](const auto& one) {
            return std::pair(trace.lanes[one.first].kind, one.first);
        });
        std::size_t left = shown.size() - strips;
        std::size_t lines = left > lanes_shown_max ? lanes_shown_max - 1 : left;
        left -= lines;
        for (const auto& [lane, spans] : shown) {
            const bool is_strip = trace.lanes[lane].kind == lane_kind::strip;
            if (!is_strip && lines == 0) continue;
            if (!is_strip) --lines;
            text += paint.lane(trace.texts[trace.lanes[lane].name], is_strip, spans);
        }
        if (left > 0) text += fmt::format(" and {} more\n", left);
    }
    return text + paint.legend();
}

}  // namespace troika::lab
