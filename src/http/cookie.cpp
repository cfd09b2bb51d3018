// SPDX-License-Identifier: MIT
#include "http/cookie.hpp"

#include <troika/http/cookie_jar.hpp>

#include "http/ascii.hpp"
#include "http/cookie_date.hpp"
#include "http/uri_syntax.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace troika::http {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view secure_prefix = "__Secure-";
constexpr std::string_view host_prefix = "__Host-";

bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
    return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// Returns: when Max-Age says that it is over; nothing where that is no number.
std::optional<sys_seconds> over_by_age(std::string_view value, sys_seconds now) {
    const bool negative = value.starts_with('-');
    const std::string_view number = value.substr(negative ? 1 : 0);
    if (number.empty() || !digits.contains_all(number)) return std::nullopt;
    const auto age = parse_decimal<std::int64_t>(number);
    if (negative || (age && *age == 0)) return sys_seconds{};
    return now + std::min(seconds{age.value_or(cookie_age_max.count())}, cookie_age_max);
}

}  // namespace

std::optional<set_cookie> parse_set_cookie(std::string_view header, sys_seconds now) {
    if (std::ranges::any_of(header, [](char c) { return is_control(c) && c != '\t'; }))
        return std::nullopt;
    set_cookie read;
    std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = header.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos) read.name = trimmed(pair.substr(0, equals));
    read.value = trimmed(equals == pair.npos ? pair : pair.substr(equals + 1));
    if (!is_sound_cookie(read.name, read.value)) return std::nullopt;

    std::optional<sys_seconds> over;
    std::optional<sys_seconds> over_of_age;
    while (end < header.size()) {
        header.remove_prefix(end + 1);
        end = std::min(header.find(';'), header.size());
        const std::string_view attribute = header.substr(0, end);
        const std::size_t middle = std::min(attribute.find('='), attribute.size());
        const std::string_view name = trimmed(attribute.substr(0, middle));
        const std::string_view value = trimmed(attribute.substr(std::min(middle + 1,
                                                                         attribute.size())));
        if (value.size() > cookie_jar::attribute_bytes_max) continue;
        if (equals_ignoring_case(name, "Expires")) {
            if (const auto date = parse_cookie_date(value))
                over = std::min(*date, now + cookie_age_max);
        } else if (equals_ignoring_case(name, "Max-Age")) {
            if (const auto date = over_by_age(value, now)) over_of_age = date;
        } else if (equals_ignoring_case(name, "Domain")) {
            read.domain = lower_case(value.substr(value.starts_with('.') ? 1 : 0));
        } else if (equals_ignoring_case(name, "Path")) {
            const bool usable = value.starts_with('/') && std::ranges::none_of(value, is_control);
            read.path = usable ? value : std::string_view{};
        } else if (equals_ignoring_case(name, "Secure")) {
            read.secure = true;
        } else if (equals_ignoring_case(name, "HttpOnly")) {
            read.http_only = true;
        }
    }
    read.expires = over_of_age ? over_of_age : over;
    return read;
}

bool is_sound_cookie(std::string_view name, std::string_view value) noexcept {
    if (name.empty() && value.empty()) return false;
    if (name.size() + value.size() > cookie_jar::cookie_bytes_max) return false;
    if (name.find_first_of("=;") != name.npos || value.find(';') != value.npos) return false;
    if (std::ranges::any_of(name, is_control) || std::ranges::any_of(value, is_control))
        return false;
    if (trimmed(name).size() != name.size() || trimmed(value).size() != value.size()) return false;
    // Sent without a name, it would be read as one that has it.
    return !name.empty() || (value.find('=') == value.npos &&
                             !starts_ignoring_case(value, secure_prefix) &&
                             !starts_ignoring_case(value, host_prefix));
}

bool keeps_prefix_promises(const cookie& of) noexcept {
    if (starts_ignoring_case(of.name, host_prefix))
        return of.secure && of.host_only && of.path == "/";
    return of.secure || !starts_ignoring_case(of.name, secure_prefix);
}

bool is_cookie_domain(std::string_view domain) noexcept {
    constexpr byte_set allowed = letters_and_digits.with("-_.");
    constexpr std::size_t name_bytes_max = 253;
    return !domain.empty() && domain.size() <= name_bytes_max && allowed.contains_all(domain) &&
           !domain.starts_with('.') && !domain.ends_with('.') &&
           domain.find("..") == domain.npos;
}

bool domain_matches(std::string_view host, std::string_view domain) noexcept {
    if (!host.ends_with(domain)) return false;
    return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool path_matches(std::string_view path, std::string_view cookie_path) noexcept {
    if (!path.starts_with(cookie_path)) return false;
    return path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
           path[cookie_path.size()] == '/';
}

std::string_view default_cookie_path(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    if (!path.starts_with('/') || slash == 0) return "/";
    return path.substr(0, slash);
}

}  // namespace troika::http
