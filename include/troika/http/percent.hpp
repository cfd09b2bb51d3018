// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// Encodes all bytes of `text` but letters, digits, `-._~` and those in `kept`, as %41.
///
/// A name becomes one path segment with `kept` empty; a whole path keeps "/".
/// Source: RFC 3986, section 2.1.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view kept = {});

/// Decodes every %41 of `text`, once.
///
/// Returns: the bytes, which may be anything, NUL and slashes included; nothing where a `%` is not
/// followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace troika::http
