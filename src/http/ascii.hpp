// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The small change of text protocols. All of it is ASCII only: the C library's functions ask the
// locale, which must not decide what is HTTP.
namespace troika::http {

/// A set of bytes, looked up in one load.
class byte_set {
public:
    constexpr explicit byte_set(std::string_view members) {
        for (char c : members) has_[static_cast<unsigned char>(c)] = true;
    }
    [[nodiscard]] constexpr bool contains(char c) const noexcept {
        return has_[static_cast<unsigned char>(c)];
    }
    [[nodiscard]] constexpr bool contains_all(std::string_view text) const noexcept {
        for (char c : text)
            if (!contains(c)) return false;
        return true;
    }
    [[nodiscard]] constexpr byte_set with(std::string_view more) const {
        byte_set larger = *this;
        for (char c : more) larger.has_[static_cast<unsigned char>(c)] = true;
        return larger;
    }

private:
    std::array<bool, 256> has_{};
};

inline constexpr byte_set digits{"0123456789"};
inline constexpr byte_set hex_digits = digits.with("abcdefABCDEF");
inline constexpr byte_set letters{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"};
inline constexpr byte_set letters_and_digits =
    letters.with("0123456789");
/// RFC 9110, 5.6.2: names of headers, methods, parameters.
inline constexpr byte_set token_characters = letters_and_digits.with("!#$%&'*+-.^_`|~");
/// RFC 3986, 2.3: characters that mean the same encoded or not.
inline constexpr byte_set unreserved = letters_and_digits.with("-._~");

[[nodiscard]] constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
[[nodiscard]] constexpr bool is_ascii(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x80;
}
[[nodiscard]] constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
[[nodiscard]] constexpr char to_upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
[[nodiscard]] constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (to_lower(c) >= 'a' && to_lower(c) <= 'f') return to_lower(c) - 'a' + 10;
    return -1;
}
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && token_characters.contains_all(text);
}

/// Returns: `text` without the spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Returns: the number that `text` is, digits only; nothing for anything else and for what does not
/// fit.
template <class Number = std::uint64_t>
[[nodiscard]] constexpr std::optional<Number> parse_decimal(std::string_view text) noexcept {
    if (text.empty() || !digits.contains_all(text)) return std::nullopt;
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
}

/// Takes the next member of a comma-separated list off `rest`, trimmed.
[[nodiscard]] constexpr std::string_view take_list_member(std::string_view& rest) noexcept {
    const std::size_t comma = rest.find(',');
    const std::string_view member = rest.substr(0, comma);
    rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
    return trimmed(member);
}

}  // namespace troika::http
