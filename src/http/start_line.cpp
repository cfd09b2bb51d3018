// SPDX-License-Identifier: MIT
#include "http/start_line.hpp"

#include <troika/http/error.hpp>

#include "http/ascii.hpp"
#include "http/header_builder.hpp"
#include "http/quoted.hpp"

#include <algorithm>

namespace troika::http {

namespace {

[[noreturn]] void refuse(std::string_view line) {
    throw protocol_error(errc::invalid_start_line,
                         "the first line " + quoted(line) + " is not one of HTTP/1.1");
}

http_version parse_version(std::string_view text, std::string_view line) {
    if (text == "HTTP/1.1") return http_version::http_1_1;
    if (text == "HTTP/1.0") return http_version::http_1_0;
    if (!text.starts_with("HTTP/")) refuse(line);
    throw protocol_error(errc::unsupported_version,
                         "the version " + quoted(text) + " is not supported; HTTP/1.1 is");
}

}  // namespace

request_line parse_request_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t second = first == line.npos ? first : line.find(' ', first + 1);
    if (second == line.npos) refuse(line);
    request_line parsed;
    parsed.method = line.substr(0, first);
    parsed.target = line.substr(first + 1, second - first - 1);
    parsed.version = parse_version(line.substr(second + 1), line);
    if (!is_token(parsed.method) || !is_target_for(parsed.method, parsed.target)) refuse(line);
    return parsed;
}

status_line parse_status_line(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == line.npos) refuse(line);
    status_line parsed;
    parsed.version = parse_version(line.substr(0, space), line);
    const std::string_view rest = line.substr(space + 1);
    const auto code = parse_decimal<int>(rest.substr(0, 3));
    // The space after the code may be missing where the reason is empty: many servers leave it out.
    if (!code || *code < 100 || (rest.size() > 3 && rest[3] != ' ')) refuse(line);
    parsed.status = *code;
    parsed.reason = rest.substr(std::min<std::size_t>(rest.size(), 4));
    if (!is_header_value(parsed.reason)) refuse(line);
    return parsed;
}

bool is_target_for(std::string_view method, std::string_view target) noexcept {
    const auto allowed = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
    if (target.empty() || !std::ranges::all_of(target, allowed)) return false;
    if (method == "CONNECT") {
        const std::size_t colon = target.rfind(':');
        return colon != target.npos && colon > 0 && target.find_first_of("/?@") == target.npos &&
               parse_decimal<std::uint16_t>(target.substr(colon + 1)).has_value();
    }
    if (target == "*") return method == "OPTIONS";
    if (target.front() == '/') return true;
    const std::size_t scheme_end = target.find("://");
    return scheme_end != target.npos && letters.contains(target.front()) &&
           letters_and_digits.contains_all(target.substr(0, scheme_end));
}

}  // namespace troika::http
