// SPDX-License-Identifier: MIT
#include "http/cookie_date.hpp"

#include "http/ascii.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace troika::http {

namespace {

bool is_delimiter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x09 || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
           (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

// Takes `least` to `most` digits off the front of `rest`.
std::optional<int> take_number(std::string_view& rest, std::size_t least, std::size_t most) {
    std::size_t size = 0;
    while (size < rest.size() && digits.contains(rest[size])) ++size;
    if (size < least || size > most) return std::nullopt;
    const auto value = parse_decimal<int>(rest.substr(0, size));
    rest.remove_prefix(size);
    return value;
}

std::optional<std::array<int, 3>> time_of_day(std::string_view token) {
    std::array<int, 3> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) {
            if (!token.starts_with(':')) return std::nullopt;
            token.remove_prefix(1);
        }
        const auto number = take_number(token, 1, 2);
        if (!number) return std::nullopt;
        parts[i] = *number;
    }
    return parts;
}

std::optional<unsigned> month_number(std::string_view token) {
    constexpr std::array<std::string_view, 12> names = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    for (unsigned i = 0; i < names.size(); ++i)
        if (equals_ignoring_case(token.substr(0, 3), names[i])) return i + 1;
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text) {
    using namespace std::chrono;
    std::optional<std::array<int, 3>> time;
    std::optional<int> day_of_month;
    std::optional<unsigned> month_of_year;
    std::optional<int> full_year;
    while (!text.empty()) {
        const auto begin = std::ranges::find_if_not(text, is_delimiter);
        const auto end = std::find_if(begin, text.end(), is_delimiter);
        const std::string_view token(begin, end);
        text = std::string_view(end, text.end());
        if (token.empty()) break;
        if (!time && (time = time_of_day(token))) continue;
        // What follows the number in its token does not matter.
        std::string_view rest = token;
        if (!day_of_month && (day_of_month = take_number(rest, 1, 2))) continue;
        if (!month_of_year && (month_of_year = month_number(token))) continue;
        if (!full_year) full_year = take_number(rest = token, 2, 4);
    }
    if (!time || !day_of_month || !month_of_year || !full_year) return std::nullopt;
    if (*full_year < 70)
        *full_year += 2000;
    else if (*full_year < 100)
        *full_year += 1900;
    const auto [h, m, s] = *time;
    const year_month_day date = year{*full_year} / month{*month_of_year} /
                                day{static_cast<unsigned>(*day_of_month)};
    if (!date.ok() || *full_year < 1601 || h > 23 || m > 59 || s > 59) return std::nullopt;
    return sys_days{date} + hours{h} + minutes{m} + seconds{s};
}

}  // namespace troika::http
