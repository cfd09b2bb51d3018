// SPDX-License-Identifier: MIT
#include "http/cookie_file.hpp"

#include <troika/http/cookie_jar.hpp>

#include "http/ascii.hpp"
#include "http/ip_literal.hpp"
#include "http/uri_syntax.hpp"

#include <algorithm>
#include <array>

namespace troika::http {

namespace {

constexpr std::string_view http_only_mark = "#HttpOnly_";

std::optional<bool> parse_flag(std::string_view text) {
    if (equals_ignoring_case(text, "TRUE")) return true;
    if (equals_ignoring_case(text, "FALSE")) return false;
    return std::nullopt;
}

std::string_view flag(bool is_set) { return is_set ? "TRUE" : "FALSE"; }

}  // namespace

bool is_cookie_comment(std::string_view line) noexcept {
    return trimmed(line).empty() ||
           (line.starts_with('#') && !line.starts_with(http_only_mark));
}

std::optional<cookie> parse_cookie_line(std::string_view line) {
    cookie read;
    read.http_only = line.starts_with(http_only_mark);
    if (read.http_only) line.remove_prefix(http_only_mark.size());

    // The last is the value; where it is empty, editors take away the tab before it as well.
    std::array<std::string_view, 7> fields;
    std::size_t count = 0;
    for (bool more = true; more; ++count) {
        if (count == fields.size()) return std::nullopt;
        const std::size_t tab = line.find('\t');
        fields[count] = line.substr(0, tab);
        more = tab != line.npos;
        if (more) line.remove_prefix(tab + 1);
    }
    if (count < fields.size() - 1) return std::nullopt;
    const auto [domain, below, path, secure, expires, name, value] = fields;

    const auto for_all_below = parse_flag(below);
    const auto for_https = parse_flag(secure);
    const auto over = parse_decimal<std::int64_t>(expires);
    if (!for_all_below || !for_https || !over) return std::nullopt;
    read.domain = lower_case(domain.substr(domain.starts_with('.') ? 1 : 0));
    const bool is_address = parse_ipv4(read.domain) || parse_ipv6(read.domain);
    if (!is_address && !is_cookie_domain(read.domain)) return std::nullopt;
    if (!path.starts_with('/') || path.size() > cookie_jar::attribute_bytes_max ||
        std::ranges::any_of(path, is_control))
        return std::nullopt;
    if (!is_sound_cookie(name, value)) return std::nullopt;
    read.name = name;
    read.value = value;
    read.path = path;
    read.host_only = is_address || !*for_all_below;
    read.secure = *for_https;
    if (*over != 0) read.expires = std::chrono::sys_seconds(std::chrono::seconds(*over));
    if (!keeps_prefix_promises(read)) return std::nullopt;
    return read;
}

void append_cookie_line(std::string& to, const cookie& written) {
    if (written.http_only) to += http_only_mark;
    if (!written.host_only) to += '.';
    to.append(written.domain).append("\t").append(flag(!written.host_only)).append("\t");
    to.append(written.path).append("\t").append(flag(written.secure)).append("\t");
    const auto over = written.expires ? written.expires->time_since_epoch().count() : 0;
    to.append(std::to_string(over)).append("\t");
    to.append(written.name).append("\t").append(written.value).append("\n");
}

}  // namespace troika::http
