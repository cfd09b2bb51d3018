// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/basic_auth.hpp>

#include <string>
#include <string_view>

// Values for the headers Authorization and Proxy-Authorization; basic_authorization() is the other.
namespace troika::http {

/// Returns: `Bearer TOKEN`.
///
/// Throws: http_error that does not show the token, where it is empty or holds anything but
/// letters, digits, `-._~+/` and, at its end, `=`.
/// Source: RFC 6750, section 2.1.
[[nodiscard]] std::string bearer_authorization(std::string_view token);

}  // namespace troika::http
