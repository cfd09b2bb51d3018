// SPDX-License-Identifier: MIT
#include <troika/http/date.hpp>

#include "http/ascii.hpp"

#include <troika/base/check.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace troika::http {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_number(std::string& to, unsigned value, unsigned width) {
    for (unsigned divisor = width == 4 ? 1000 : 10; divisor > 0; divisor /= 10)
        to += static_cast<char>('0' + value / divisor % 10);
}

// Reads a date from its front; the first thing that does not fit makes it fail for good.
class date_reader {
public:
    explicit date_reader(std::string_view text) : rest_(text) {}

    void expect(std::string_view literal) {
        if (!rest_.starts_with(literal)) return fail();
        rest_.remove_prefix(literal.size());
    }
    unsigned number(std::size_t width) {
        if (rest_.size() < width) return fail(), 0;
        const auto value = parse_decimal<unsigned>(rest_.substr(0, width));
        if (!value) return fail(), 0;
        rest_.remove_prefix(width);
        return *value;
    }
    unsigned number_padded_with_space() {
        if (!rest_.starts_with(' ')) return number(2);
        expect(" ");
        return number(1);
    }
    month month_name() {
        const auto found = std::ranges::find(month_names, rest_.substr(0, 3));
        if (found == month_names.end()) return fail(), month{};
        rest_.remove_prefix(3);
        return month{static_cast<unsigned>(found - month_names.begin()) + 1};
    }
    seconds time_of_day() {
        const unsigned h = number(2);
        expect(":");
        const unsigned m = number(2);
        expect(":");
        const unsigned s = number(2);
        if (h > 23 || m > 59 || s > 60) fail();   // 60 is a leap second
        return hours{h} + minutes{m} + seconds{s};
    }
    std::optional<sys_seconds> at(year_month_day day, seconds time) const {
        if (failed_ || !rest_.empty() || !day.ok()) return std::nullopt;
        return sys_days{day} + time;
    }

private:
    void fail() { failed_ = true; }

    std::string_view rest_;
    bool failed_ = false;
};

std::optional<sys_seconds> parse_fixdate(std::string_view text) {   // 06 Nov 1994 08:49:37 GMT
    date_reader in(text);
    const day d{in.number(2)};
    in.expect(" ");
    const month m = in.month_name();
    in.expect(" ");
    const year y{static_cast<int>(in.number(4))};
    in.expect(" ");
    const seconds time = in.time_of_day();
    in.expect(" GMT");
    return in.at(y / m / d, time);
}

std::optional<sys_seconds> parse_rfc850(std::string_view text, sys_seconds now) {
    date_reader in(text);                                            // 06-Nov-94 08:49:37 GMT
    const day d{in.number(2)};
    in.expect("-");
    const month m = in.month_name();
    in.expect("-");
    const int two_digits = static_cast<int>(in.number(2));
    in.expect(" ");
    const seconds time = in.time_of_day();
    in.expect(" GMT");
    const int this_year = static_cast<int>(year_month_day{floor<days>(now)}.year());
    int full_year = this_year - this_year % 100 + two_digits;
    if (full_year > this_year + 50) full_year -= 100;
    return in.at(year{full_year} / m / d, time);
}

std::optional<sys_seconds> parse_asctime(std::string_view text) {   // Nov  6 08:49:37 1994
    date_reader in(text);
    const month m = in.month_name();
    in.expect(" ");
    const day d{in.number_padded_with_space()};
    in.expect(" ");
    const seconds time = in.time_of_day();
    in.expect(" ");
    const year y{static_cast<int>(in.number(4))};
    return in.at(y / m / d, time);
}

}  // namespace

void append_date(std::string& to, sys_seconds when) {
    const sys_days midnight = floor<days>(when);
    const year_month_day date{midnight};
    const hh_mm_ss time{when - midnight};
    const int y = static_cast<int>(date.year());
    check(y >= 0 && y <= 9999, "an HTTP date has a year of four digits");
    to.append(day_names[weekday{midnight}.c_encoding()].substr(0, 3)).append(", ");
    append_number(to, static_cast<unsigned>(date.day()), 2);
    (to += ' ').append(month_names[static_cast<unsigned>(date.month()) - 1]) += ' ';
    append_number(to, static_cast<unsigned>(y), 4);
    to += ' ';
    append_number(to, static_cast<unsigned>(time.hours().count()), 2);
    to += ':';
    append_number(to, static_cast<unsigned>(time.minutes().count()), 2);
    to += ':';
    append_number(to, static_cast<unsigned>(time.seconds().count()), 2);
    to += " GMT";
}

std::string format_date(sys_seconds when) {
    std::string text;
    append_date(text, when);
    return text;
}

std::optional<sys_seconds> parse_date(std::string_view text, sys_seconds now) {
    for (std::string_view name : day_names) {
        if (text.starts_with(name) && text.substr(name.size()).starts_with(", "))
            return parse_rfc850(text.substr(name.size() + 2), now);
        if (!text.starts_with(name.substr(0, 3))) continue;
        if (const std::string_view rest = text.substr(3); rest.starts_with(", "))
            return parse_fixdate(rest.substr(2));
        else if (rest.starts_with(' '))
            return parse_asctime(rest.substr(1));
    }
    return std::nullopt;
}

}  // namespace troika::http
