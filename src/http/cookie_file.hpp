// SPDX-License-Identifier: MIT
#pragma once

#include "http/cookie.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// What a line of a file in Netscape's format can be besides a cookie.
///
/// Returns: whether `line` is empty or a comment (`#HttpOnly_` begins a cookie).
[[nodiscard]] bool is_cookie_comment(std::string_view line) noexcept;

/// Reads domain, whether it is for all hosts below, path, whether only for https, when it is over
/// (0: with the session), name and value, with tabs between.
///
/// Returns: nothing where the line is malformed, or the cookie is none that may be kept.
[[nodiscard]] std::optional<cookie> parse_cookie_line(std::string_view line);

void append_cookie_line(std::string& to, const cookie& written);

}  // namespace troika::http
