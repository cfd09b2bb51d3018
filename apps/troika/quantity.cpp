// SPDX-License-Identifier: MIT
#include "apps/troika/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>

namespace troika::apps {
namespace {

struct unit {
    std::string_view name;
    double factor;
};

// A decimal number without sign or exponent, then one of `units`. Negative when it is not that.
double parse(std::string_view text, std::span<const unit> units) {
    const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789."));
    double number = 0;
    const auto end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, number);
    if (digits.empty() || error != std::errc() || stopped != end) return -1;

    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    const std::string_view name = text.substr(digits.size());
    const auto found = std::ranges::find_if(
        units, [&](const unit& each) { return std::ranges::equal(name, each.name, {}, lower); });
    return found == units.end() ? -1 : number * found->factor;
}

}  // namespace

std::chrono::nanoseconds parse_duration(std::string_view text) {
    constexpr unit units[] = {{"", 1},   {"s", 1},    {"ms", 1e-3}, {"us", 1e-6},
                              {"m", 60}, {"min", 60}, {"h", 3600},  {"d", 86400}};
    constexpr double seconds_max = 10.0 * 365 * 86400;
    const double seconds = parse(text, units);
    if (!(seconds >= 0 && seconds <= seconds_max))
        throw std::invalid_argument("write a time such as 50ms, 2s or 1m");
    return std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

std::uint64_t parse_size(std::string_view text) {
    constexpr unit units[] = {{"", 1},         {"b", 1},       {"k", 0x1p10},   {"kb", 0x1p10},
                              {"kib", 0x1p10}, {"m", 0x1p20},  {"mb", 0x1p20},  {"mib", 0x1p20},
                              {"g", 0x1p30},   {"gb", 0x1p30}, {"gib", 0x1p30}, {"t", 0x1p40},
                              {"tb", 0x1p40},  {"tib", 0x1p40}};
    const double bytes = parse(text, units);
    if (!(bytes >= 0 && bytes <= 0x1p60))
        throw std::invalid_argument("write a size such as 5000, 64k or 5M");
    return static_cast<std::uint64_t>(bytes);
}

}  // namespace troika::apps
