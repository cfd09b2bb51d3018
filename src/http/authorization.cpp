// SPDX-License-Identifier: MIT
#include <troika/http/authorization.hpp>

#include <troika/http/error.hpp>

#include "http/ascii.hpp"

#include <algorithm>

namespace troika::http {

std::string bearer_authorization(std::string_view token) {
    constexpr byte_set token68 = letters_and_digits.with("-._~+/");   // RFC 9110, 11.2
    if (token.empty())
        throw http_error(errc::invalid_credentials, "the bearer token is empty");
    if (std::ranges::any_of(token, [](char c) { return is_control(c) || c == ' '; }))
        throw http_error(errc::invalid_credentials,
                         "the bearer token holds a space, a line end or another control character; "
                         "remove it");
    // Only the end may be of "="; of a token that is nothing else, nothing is left.
    const std::string_view body = token.substr(0, token.find_last_not_of('=') + 1);
    if (body.empty() || !token68.contains_all(body))
        throw http_error(errc::invalid_credentials,
                         "the bearer token holds a character other than letters, digits and "
                         "-._~+/ with = at the end; give it as the server issued it");
    return std::string("Bearer ").append(token);
}

}  // namespace troika::http
