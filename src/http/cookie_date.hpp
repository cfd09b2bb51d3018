// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <optional>
#include <string_view>

namespace troika::http {

/// Reads the date of an Expires attribute, for which servers use every format there is: a time, a
/// day, a month's name and a year, in this or any other order.
///
/// Source: RFC 6265, section 5.1.1.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text);

}  // namespace troika::http
