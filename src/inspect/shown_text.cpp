// SPDX-License-Identifier: MIT
#include "inspect/shown_text.hpp"

namespace troika {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

// The first character of `text`, which is not empty; bytes that are no UTF-8 one by one.
character first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
    char32_t code = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3F);
    }
    const char32_t least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {code, bytes, true};
}

bool may_be_shown(char32_t code) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
    if (code == 0x2028 || code == 0x2029) return false;
    if (code == 0x061C || code == 0x200E || code == 0x200F) return false;
    if ((code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069)) return false;
    return (code & 0xFFFE) != 0xFFFE && (code < 0xFDD0 || code > 0xFDEF);
}

}  // namespace

std::string shown_text(std::string_view text, std::size_t bytes_max) {
    std::string shown;
    std::size_t whole = 0;   // of `shown`, where an ellipsis still fits
    while (!text.empty()) {
        const character next = first_of(text);
        std::string_view piece = replacement;
        if (next.valid && (next.code == '\n' || next.code == '\t')) piece = " ";
        else if (next.valid && may_be_shown(next.code)) piece = text.substr(0, next.bytes);
        if (shown.size() + piece.size() > bytes_max) {
            shown.resize(whole);
            return shown.append(ellipsis);
        }
        shown.append(piece);
        if (shown.size() + ellipsis.size() <= bytes_max) whole = shown.size();
        text.remove_prefix(next.bytes);
    }
    return shown;
}

std::string html_text(std::string_view text) {
    std::string html;
    for (const char c : text) {
        switch (c) {
            case '&': html += "&amp;"; break;
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default: html += c;
        }
    }
    return html;
}

}  // namespace troika
