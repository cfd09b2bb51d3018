// SPDX-License-Identifier: MIT
#pragma once

#include "http/ascii.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

inline constexpr std::string_view sub_delimiters = "!$&'()*+,;=";
inline constexpr byte_set scheme_characters = letters_and_digits.with("+-.");
inline constexpr byte_set host_characters = unreserved.with(sub_delimiters);
inline constexpr byte_set userinfo_characters = host_characters.with(":");
inline constexpr byte_set path_characters = userinfo_characters.with("@/");
inline constexpr byte_set query_characters = path_characters.with("?");   // and the fragment's

/// The five components of a URL or of a relative reference, as views into it; not yet checked.
struct uri_parts {
    std::optional<std::string_view> scheme;
    std::optional<std::string_view> authority;
    std::string_view path;
    std::optional<std::string_view> query;
    std::optional<std::string_view> fragment;
};

/// Splits `text` at its delimiters; any text has components.
/// Source: RFC 3986, appendix B.
[[nodiscard]] uri_parts split_uri(std::string_view text) noexcept;

/// Puts components together again. A path that begins with two slashes where there is no authority
/// is led by "/.", so that it is not taken for one.
[[nodiscard]] std::string join_uri(const uri_parts& parts);

/// Source: RFC 3986, section 5.2.4.
[[nodiscard]] std::string remove_dot_segments(std::string_view path);

/// Returns: `path` seen from `base`. Source: RFC 3986, section 5.2.3.
[[nodiscard]] std::string merge_paths(const uri_parts& base, std::string_view path);

/// Returns: `text` with encoded letters, digits and -._~ decoded and hexadecimal digits in upper
/// case.
[[nodiscard]] std::string normalized_encoding(std::string_view text);

[[nodiscard]] std::string lower_case(std::string_view text);

/// Returns: the port that a URL of that scheme means when it names none; 0 if it is not known here.
[[nodiscard]] std::uint16_t default_port(std::string_view scheme) noexcept;

}  // namespace troika::http
