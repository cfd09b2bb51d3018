// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace troika::tls {

/// Versions of TLS; older ones are not offered and not accepted (RFC 8996).
enum class version : std::uint8_t { tls_1_2, tls_1_3 };

/// "TLS 1.2", "TLS 1.3".
[[nodiscard]] constexpr std::string_view to_string(version which) noexcept {
    return which == version::tls_1_2 ? "TLS 1.2" : "TLS 1.3";
}

}  // namespace troika::tls
