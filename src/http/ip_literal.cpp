// SPDX-License-Identifier: MIT
#include "http/ip_literal.hpp"

#include "http/ascii.hpp"

#include <cstddef>

namespace troika::http {

std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t dot = i < 3 ? text.find('.') : text.size();
        if (dot == text.npos) return std::nullopt;
        const std::string_view number = text.substr(0, dot);
        const auto value = parse_decimal<std::uint8_t>(number);
        // A leading zero means octal to some readers: two readers, two hosts.
        if (!value || (number.size() > 1 && number.front() == '0')) return std::nullopt;
        bytes[i] = *value;
        text = i < 3 ? text.substr(dot + 1) : std::string_view{};
    }
    return bytes;
}

namespace {

// One side of the "::", or the whole where there is none.
struct group_list {
    ipv6_groups groups{};
    std::size_t count = 0;
};

std::optional<group_list> parse_groups(std::string_view text, bool may_end_in_ipv4) noexcept {
    group_list list;
    if (text.empty()) return list;
    for (;;) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (colon == text.npos && may_end_in_ipv4 && group.find('.') != group.npos) {
            const auto v4 = parse_ipv4(group);
            if (!v4 || list.count > 6) return std::nullopt;
            const auto& b = *v4;
            list.groups[list.count++] = static_cast<std::uint16_t>(b[0] << 8 | b[1]);
            list.groups[list.count++] = static_cast<std::uint16_t>(b[2] << 8 | b[3]);
            return list;
        }
        if (group.empty() || group.size() > 4 || !hex_digits.contains_all(group) || list.count == 8)
            return std::nullopt;
        unsigned value = 0;
        for (char c : group) value = value * 16 + static_cast<unsigned>(hex_value(c));
        list.groups[list.count++] = static_cast<std::uint16_t>(value);
        if (colon == text.npos) return list;
        text = text.substr(colon + 1);
    }
}

}  // namespace

std::optional<ipv6_groups> parse_ipv6(std::string_view text) noexcept {
    const std::size_t gap = text.find("::");
    if (gap == text.npos) {
        const auto all = parse_groups(text, true);
        if (!all || all->count != 8) return std::nullopt;
        return all->groups;
    }
    const auto left = parse_groups(text.substr(0, gap), false);
    const auto right = parse_groups(text.substr(gap + 2), true);
    if (!left || !right || left->count + right->count > 7) return std::nullopt;
    ipv6_groups groups = left->groups;
    for (std::size_t i = 0; i < right->count; ++i)
        groups[8 - right->count + i] = right->groups[i];
    return groups;
}

std::string format_ipv6(const ipv6_groups& groups) {
    // The longest run of two or more zero groups becomes "::", the first of equals.
    std::size_t gap = 8;
    std::size_t gap_size = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0) ++end;
        if (end - i > gap_size) {
            gap = i;
            gap_size = end - i;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gap) {
            text += "::";
            i += gap_size - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        char digits_of_group[4];
        const auto written =
            std::to_chars(digits_of_group, digits_of_group + 4, unsigned{groups[i]}, 16);
        text.append(digits_of_group, written.ptr);
    }
    return text;
}

}  // namespace troika::http
