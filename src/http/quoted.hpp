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

/// Returns: `url`, a URL or what was meant as one, in quotes and without the log-in that it holds:
/// a message may be kept and shown.
[[nodiscard]] inline std::string quoted_url(std::string_view url) {
    const std::size_t slashes = url.substr(0, url.find('@')).find("//");
    const std::size_t begin = slashes == url.npos ? 0 : slashes + 2;
    // Up to the last '@' before the path: a password pasted unescaped may hold one itself.
    const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
    const std::size_t at = authority.rfind('@');
    if (at == authority.npos) return quoted(url);
    return quoted(std::string(url.substr(0, begin)).append(url.substr(begin + at + 1)));
}

}  // namespace troika::http
