// SPDX-License-Identifier: MIT
#include "fetch/utf8.hpp"

#include <algorithm>
#include <iterator>

namespace troika::fetch {
namespace {

constexpr utf8_step bad(std::size_t size) noexcept {
    return {U'\uFFFD', static_cast<std::uint8_t>(size), false};
}

struct code_range {
    char32_t first, last;
};

// Sorted. Joiners and variation selectors are among them: they change how a name looks without
// changing what is read, and no server needs them to name a file.
constexpr code_range deceptive[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},     {0xad, 0xad},     {0x34f, 0x34f},     {0x61c, 0x61c},
    {0x115f, 0x1160},   {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x3164, 0x3164}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};

}  // namespace

utf8_step decode_utf8(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {static_cast<char32_t>(lead), 1, true};
    if (lead < 0xc2 || lead > 0xf4) return bad(1);

    // Only the second byte has limits of its own; they keep out overlong forms, surrogates and what
    // lies beyond U+10FFFF.
    const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    unsigned low = 0x80, high = 0xbf;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;

    char32_t value = lead & (0xffu >> (size + 1));
    for (std::size_t at = 1; at < size; ++at) {
        if (at == text.size() || byte(at) < low || byte(at) > high) return bad(at);
        value = (value << 6) | (byte(at) & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    return {value, static_cast<std::uint8_t>(size), true};
}

void append_utf8(std::string& to, char32_t code_point) {
    const auto put = [&](char32_t bits) {
        to += static_cast<char>(static_cast<unsigned char>(bits));
    };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xc0 | (code_point >> 6));
        put(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        put(0xe0 | (code_point >> 12));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    } else {
        put(0xf0 | (code_point >> 18));
        put(0x80 | ((code_point >> 12) & 0x3f));
        put(0x80 | ((code_point >> 6) & 0x3f));
        put(0x80 | (code_point & 0x3f));
    }
}

bool is_deceptive(char32_t code_point) noexcept {
    if (code_point >= 0x20 && code_point < 0x7f) return false;
    if (code_point >= 0x10000 && (code_point & 0xfffe) == 0xfffe) return true;   // noncharacters
    const auto* range = std::ranges::lower_bound(deceptive, code_point, {}, &code_range::last);
    return range != std::end(deceptive) && range->first <= code_point;
}

}  // namespace troika::fetch
