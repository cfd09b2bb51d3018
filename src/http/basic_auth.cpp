// SPDX-License-Identifier: MIT
#include <troika/http/basic_auth.hpp>

#include <troika/http/error.hpp>

#include "http/ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace troika::http {

std::string basic_authorization(const credentials& who) {
    if (who.user.find(':') != who.user.npos)
        throw http_error(errc::invalid_credentials,
                         "a user name for basic authorization cannot hold a colon");
    if (std::ranges::any_of(who.user, is_control) || std::ranges::any_of(who.password, is_control))
        throw http_error(
            errc::invalid_credentials,
            "a user name or password for basic authorization holds a control character; "
            "remove line ends and the like");
    return "Basic " + base64_encode(std::string(who.user).append(":").append(who.password));
}

std::string base64_encode(std::string_view bytes) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view three = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= three.size() ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

}  // namespace troika::http
