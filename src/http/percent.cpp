// SPDX-License-Identifier: MIT
#include <troika/http/percent.hpp>

#include "http/ascii.hpp"
#include "http/percent_bytes.hpp"

namespace troika::http {

std::string percent_encode(std::string_view text, std::string_view kept) {
    const byte_set plain = unreserved.with(kept);
    std::string encoded;
    encoded.reserve(text.size());
    for (char c : text) {
        if (plain.contains(c))
            encoded += c;
        else
            append_percent_encoded(encoded, c);
    }
    return encoded;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int byte = percent_triplet(text.substr(i));
        if (byte < 0) return std::nullopt;
        decoded += static_cast<char>(byte);
        i += 2;
    }
    return decoded;
}

}  // namespace troika::http
