// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// One cookie as a jar keeps it.
struct cookie {
    std::string name;
    std::string value;
    std::string domain;   // lower case, no leading dot
    std::string path;
    std::optional<std::chrono::sys_seconds> expires;   // nothing: with the session
    bool host_only = true;
    bool secure = false;
    bool http_only = false;
    std::uint64_t created = 0;   // places in the order of all that the jar did
    std::uint64_t used = 0;

    [[nodiscard]] bool is_over(std::chrono::sys_seconds now) const noexcept {
        return expires && *expires <= now;
    }
    /// Returns: whether the two cannot be in a jar together.
    [[nodiscard]] bool replaces(const cookie& other) const noexcept {
        return name == other.name && domain == other.domain && path == other.path &&
               host_only == other.host_only;
    }
};

/// A Set-Cookie header, read but not yet judged.
struct set_cookie {
    std::string_view name;
    std::string_view value;
    std::string domain;      // lower case, without a leading dot; empty: none
    std::string_view path;   // empty: the default
    std::optional<std::chrono::sys_seconds> expires;
    bool secure = false;
    bool http_only = false;
};

/// No cookie is kept for longer.
inline constexpr std::chrono::seconds cookie_age_max = std::chrono::hours{24 * 400};

/// Returns: what a Set-Cookie header says; nothing where it is to be ignored: a control character,
/// neither name nor value, more than cookie_jar::cookie_bytes_max bytes.
/// Lifetime: of its views, that of `header`.
/// Source: RFC 6265bis, section 5.6.
[[nodiscard]] std::optional<set_cookie> parse_set_cookie(std::string_view header,
                                                         std::chrono::sys_seconds now);

/// Returns: whether name and value may be kept and sent at all.
[[nodiscard]] bool is_sound_cookie(std::string_view name, std::string_view value) noexcept;

/// Returns: whether the promises in its name (`__Secure-`, `__Host-`) are kept.
/// Source: RFC 6265bis, section 4.1.3.
[[nodiscard]] bool keeps_prefix_promises(const cookie& of) noexcept;

/// Returns: whether `domain` could be the domain of a cookie: labels of letters, digits, hyphens
/// and underscores.
[[nodiscard]] bool is_cookie_domain(std::string_view domain) noexcept;

/// Returns: whether `host` is `domain` or a name below it. Source: RFC 6265, section 5.1.3.
[[nodiscard]] bool domain_matches(std::string_view host, std::string_view domain) noexcept;

/// Returns: whether `path` is `cookie_path` or lies in it. Source: RFC 6265, section 5.1.4.
[[nodiscard]] bool path_matches(std::string_view path, std::string_view cookie_path) noexcept;

/// Returns: the folder of a request's path. Source: RFC 6265, section 5.1.4.
[[nodiscard]] std::string_view default_cookie_path(std::string_view path) noexcept;

}  // namespace troika::http
