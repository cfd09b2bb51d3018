// SPDX-License-Identifier: MIT
#include "fetch/json_object.hpp"

#include "fetch/utf8.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace troika::fetch {
namespace {

void append_unit(std::string& to, unsigned unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    to += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) to += digits[(unit >> shift) & 15];
}

void append_escape(std::string& to, char32_t code_point) {
    switch (code_point) {
        case '\n': to += "\\n"; return;
        case '\r': to += "\\r"; return;
        case '\t': to += "\\t"; return;
        default: break;
    }
    if (code_point < 0x10000) {
        append_unit(to, code_point);
    } else {
        append_unit(to, 0xd800 + ((code_point - 0x10000) >> 10));
        append_unit(to, 0xdc00 + ((code_point - 0x10000) & 0x3ff));
    }
}

}  // namespace

void append_json(std::string& to, std::string_view text) {
    to += '"';
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (step.code_point == '"' || step.code_point == '\\')
            to.append("\\").append(text.substr(0, 1));
        else if (is_deceptive(step.code_point))
            append_escape(to, step.code_point);
        else
            append_utf8(to, step.code_point);
        text.remove_prefix(step.size);
    }
    to += '"';
}

void json_object::begin(std::string_view name) {
    if (text_.size() > 1) text_ += ',';
    append_json(text_, name);
    text_ += ':';
}

json_object& json_object::add(std::string_view name, std::string_view value) {
    begin(name);
    append_json(text_, value);
    return *this;
}

json_object& json_object::add(std::string_view name, bool value) {
    begin(name);
    text_ += value ? "true" : "false";
    return *this;
}

json_object& json_object::add(std::string_view name, double value) {
    begin(name);
    char digits[32];
    if (std::isfinite(value))
        text_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    else
        text_ += "null";
    return *this;
}

json_object& json_object::add(std::string_view name, int value) {
    begin(name);
    text_ += std::to_string(value);
    return *this;
}

json_object& json_object::add_number(std::string_view name, std::uint64_t value) {
    begin(name);
    text_ += std::to_string(value);
    return *this;
}

std::string json_object::line() && {
    text_ += "}\n";
    return std::move(text_);
}

}  // namespace troika::fetch
