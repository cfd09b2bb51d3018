// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// Appends `when` as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`, always 29 bytes.
///
/// Requires: a year from 0 to 9999.
/// Source: RFC 9110, section 5.6.7.
void append_date(std::string& to, std::chrono::sys_seconds when);
[[nodiscard]] std::string format_date(std::chrono::sys_seconds when);

/// Returns: the moment that `text` names in one of the three forms that HTTP has had; nothing for
/// any other text. The name of the day must be one, but need not be that day's.
///
/// `now` settles the century of the form that writes two digits of the year: more than 50 years
/// ahead means the past.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_date(std::string_view text,
                                                                 std::chrono::sys_seconds now);

}  // namespace troika::http
