// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troika::fetch {

/// One step through text that claims to be UTF-8.
struct utf8_step {
    char32_t code_point;   // U+FFFD when the bytes are not UTF-8
    std::uint8_t size;     // bytes to advance, 1 to 4
    bool valid;
};

/// Decodes the code point at the start of `text`, which is not empty.
///
/// Bytes that are not UTF-8 (overlong forms, surrogates, cut sequences) come in the longest pieces
/// that could have begun a code point, so that each piece becomes one replacement character.
/// Source: Unicode 15, table 3-7 and "substitution of maximal subparts".
[[nodiscard]] utf8_step decode_utf8(std::string_view text) noexcept;

/// Appends the UTF-8 form of `code_point`, a Unicode scalar value.
void append_utf8(std::string& to, char32_t code_point);

/// True of what a reader would not see, or what would reorder what he sees: control characters,
/// direction marks, zero-width and other format characters, line separators, noncharacters.
///
/// In names and messages these only serve to deceive, or to command the terminal.
[[nodiscard]] bool is_deceptive(char32_t code_point) noexcept;

}  // namespace troika::fetch
