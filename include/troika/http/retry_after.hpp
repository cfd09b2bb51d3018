// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <optional>
#include <string_view>

namespace troika::http {

/// No Retry-After is taken to be longer than this.
inline constexpr std::chrono::seconds retry_after_max = std::chrono::hours{24 * 365};

/// Returns: how long a Retry-After header asks to wait from `now`: its seconds, or the time until
/// its date (0 where that is past); nothing where it is neither. At most retry_after_max.
///
/// Source: RFC 9110, section 10.2.3.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                                    std::chrono::sys_seconds now);

}  // namespace troika::http
