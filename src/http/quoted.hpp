// SPDX-License-Identifier: MIT
#pragma once

#include "http/ascii.hpp"

#include <string>
#include <string_view>

namespace troika::http {

/// Returns: `text` in quotes, fit for an error message: short, and nothing that a terminal obeys.
[[nodiscard]] inline std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 80;
    std::string shown = "\"";
    for (char c : text.substr(0, shown_max)) shown += is_control(c) || !is_ascii(c) ? '?' : c;
    return shown + (text.size() > shown_max ? "...\"" : "\"");
}

}  // namespace troika::http
