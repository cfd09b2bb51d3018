// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

using ipv6_groups = std::array<std::uint16_t, 8>;

/// Returns: the four numbers of a dotted address such as 192.0.2.1: decimal, no leading zeros.
[[nodiscard]] std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) noexcept;

/// Returns: the groups of an IPv6 address, without brackets and zone.
/// Source: RFC 3986, section 3.2.2.
[[nodiscard]] std::optional<ipv6_groups> parse_ipv6(std::string_view text) noexcept;

/// Returns: the one recommended spelling of an IPv6 address. Source: RFC 5952, section 4.
[[nodiscard]] std::string format_ipv6(const ipv6_groups& groups);

}  // namespace troika::http
