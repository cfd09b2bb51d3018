// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troika {

/// `text` as a reader may see it: UTF-8 of at most `bytes_max` bytes, with U+FFFD for bytes that
/// are none, for control characters (but line feeds and tabs become blanks), for separators of
/// lines, and for characters that turn the direction of writing. What was cut ends with "...", as
/// one character.
/// Requires: bytes_max >= 3.
[[nodiscard]] std::string shown_text(std::string_view text, std::size_t bytes_max);

/// `text` for HTML, between tags or in a quoted attribute.
/// Source: HTML, section 13.2.5, of the states of the tokenizer.
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace troika
