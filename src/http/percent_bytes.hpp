// SPDX-License-Identifier: MIT
#pragma once

#include "http/ascii.hpp"

#include <string>
#include <string_view>

namespace troika::http {

inline void append_percent_encoded(std::string& to, char c) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    to += '%';
    to += hex[byte >> 4];
    to += hex[byte & 15];
}

/// Returns: the byte that the triplet at the beginning of `text` (%41) stands for, or -1.
[[nodiscard]] constexpr int percent_triplet(std::string_view text) noexcept {
    if (text.size() < 3 || text[0] != '%') return -1;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace troika::http
