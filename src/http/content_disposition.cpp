// SPDX-License-Identifier: MIT
#include <troika/http/content_disposition.hpp>

#include <troika/http/percent.hpp>

#include "http/ascii.hpp"
#include "http/uri_syntax.hpp"

#include <utility>

namespace troika::http {

namespace {

// Takes a quoted string off the front of `rest`, which begins with the quote.
std::optional<std::string> take_quoted_string(std::string_view& rest) {
    std::string text;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return text;
        }
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        text += rest[i];
    }
    return std::nullopt;   // the closing quote is missing: cut off on the way
}

std::string utf8_from_latin1(std::string_view bytes) {
    std::string text;
    for (char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xc0 | byte >> 6);
            text += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return text;
}

// charset'language'percent-encoded, RFC 8187
std::optional<std::string> decode_extended(std::string_view value) {
    const std::size_t first = value.find('\'');
    const std::size_t second = first == value.npos ? first : value.find('\'', first + 1);
    if (second == value.npos) return std::nullopt;
    const std::string_view charset = value.substr(0, first);
    auto bytes = percent_decode(value.substr(second + 1));
    if (!bytes) return std::nullopt;
    if (equals_ignoring_case(charset, "UTF-8")) return bytes;
    if (equals_ignoring_case(charset, "ISO-8859-1")) return utf8_from_latin1(*bytes);
    return std::nullopt;
}

struct parameter {
    std::string_view name;
    std::string value;
};

// Takes `; name=value` off the front of `rest`; nothing at the end and where it cannot be read.
std::optional<parameter> take_parameter(std::string_view& rest) {
    rest = trimmed(rest);
    if (!rest.starts_with(';')) return std::nullopt;
    while (rest.starts_with(';')) rest = trimmed(rest.substr(1));
    const std::size_t equals = rest.find('=');
    if (equals == rest.npos) return std::nullopt;
    parameter found{trimmed(rest.substr(0, equals)), {}};
    if (!is_token(found.name)) return std::nullopt;
    rest = trimmed(rest.substr(equals + 1));
    if (rest.starts_with('"')) {
        auto text = take_quoted_string(rest);
        if (!text) return std::nullopt;
        found.value = std::move(*text);
    } else {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        found.value = trimmed(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    return found;
}

}  // namespace

std::optional<content_disposition> parse_content_disposition(std::string_view value) {
    const std::string_view type = trimmed(value.substr(0, value.find(';')));
    if (!is_token(type)) return std::nullopt;
    std::string_view rest = value.substr(value.find(';') == value.npos ? value.size()
                                                                       : value.find(';'));
    std::optional<std::string> plain;
    std::optional<std::string> extended;
    while (auto found = take_parameter(rest)) {
        if (!plain && equals_ignoring_case(found->name, "filename"))
            plain = std::move(found->value);
        else if (!extended && equals_ignoring_case(found->name, "filename*"))
            extended = decode_extended(found->value);
    }
    return content_disposition{lower_case(type), extended ? std::move(extended) : std::move(plain)};
}

}  // namespace troika::http
