// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace troika::http {

/// A user name and a password, as a header carries them.
struct credentials {
    std::string_view user;
    std::string_view password;
};

/// Returns: the value of an Authorization header, `Basic dXNlcjpwYXNz`.
///
/// Throws: http_error where the user name holds a colon, or either a control character.
/// Source: RFC 7617.
[[nodiscard]] std::string basic_authorization(const credentials& who);

/// Source: RFC 4648, section 4, with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

}  // namespace troika::http
