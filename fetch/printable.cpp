// SPDX-License-Identifier: MIT
#include "fetch/printable.hpp"

#include "fetch/utf8.hpp"

#include <charconv>

namespace troika::fetch {
namespace {

void append_hex(std::string& to, std::uint32_t value) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
    if (end - digits == 1) to += '0';
    to.append(digits, end);
}

void append_code_point(std::string& to, char32_t code_point) {
    to += "\\u{";
    append_hex(to, code_point);
    to += '}';
}

}  // namespace

std::string printable(std::string_view text) {
    std::string answer;
    answer.reserve(text.size());
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (!step.valid) {
            for (const char c : text.substr(0, step.size)) {
                answer += "\\x";
                append_hex(answer, static_cast<unsigned char>(c));
            }
        } else if (!is_deceptive(step.code_point)) {
            answer += text.substr(0, step.size);
        } else if (step.code_point == '\n') {
            answer += "\\n";
        } else if (step.code_point == '\r') {
            answer += "\\r";
        } else if (step.code_point == '\t') {
            answer += "\\t";
        } else if (step.code_point < 0x80) {
            answer += "\\x";
            append_hex(answer, step.code_point);
        } else {
            append_code_point(answer, step.code_point);
        }
        text.remove_prefix(step.size);
    }
    return answer;
}

std::string ascii_only(std::string_view text) {
    std::string answer;
    answer.reserve(text.size());
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (step.code_point < 0x80)
            answer += text.front();
        else
            append_code_point(answer, step.code_point);
        text.remove_prefix(step.size);
    }
    return answer;
}

std::string redacted(std::string_view url) {
    // Also of what was meant to be a URL.
    const std::size_t slashes = url.substr(0, url.find('@')).find("//");
    const std::size_t start = slashes == std::string_view::npos ? 0 : slashes + 2;
    // The last '@' before the path: a password pasted unescaped may hold one itself.
    const std::string_view authority = url.substr(start, url.find_first_of("/?#", start) - start);
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return std::string(url);
    return std::string(url.substr(0, start)).append(url.substr(start + at + 1));
}

}  // namespace troika::fetch
