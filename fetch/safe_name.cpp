// SPDX-License-Identifier: MIT
#include "fetch/safe_name.hpp"

#include "fetch/utf8.hpp"

#include <troika/http/percent.hpp>

#include <algorithm>

namespace troika::fetch {
namespace {

constexpr std::size_t bytes_max = name_bytes_max - suffix_bytes_max;
constexpr std::size_t extension_bytes_max = 16;

// Where the extension of `name` begins; its size if there is none. ".tar.gz" counts as one.
std::size_t extension_start(std::string_view name) noexcept {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot > extension_bytes_max)
        return name.size();
    constexpr std::string_view tar = ".tar";
    if (name.substr(0, dot).ends_with(tar) && dot > tar.size()) return dot - tar.size();
    return dot;
}

// The longest start of `text`, which is UTF-8, that ends between characters.
std::string_view cut(std::string_view text, std::size_t bytes) noexcept {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

std::string with_middle(std::string_view name, std::string_view middle) {
    const std::size_t dot = extension_start(name);
    const std::string_view extension = name.substr(dot);
    std::string answer(cut(name.substr(0, dot), bytes_max - middle.size() - extension.size()));
    return answer.append(middle).append(extension);
}

}  // namespace

std::string safe_name(std::string_view suggestion) {
    suggestion.remove_prefix(suggestion.find_last_of("/\\") + 1);   // npos + 1 is 0

    std::string name;
    while (!suggestion.empty()) {
        const utf8_step step = decode_utf8(suggestion);
        if (!is_deceptive(step.code_point)) append_utf8(name, step.code_point);
        suggestion.remove_prefix(step.size);
    }
    // A leading dot hides the file, a leading dash turns it into somebody's option.
    name.erase(0, std::min(name.find_first_not_of(".- "), name.size()));
    name.erase(name.find_last_not_of(' ') + 1);
    if (name.empty()) return std::string(name_default);
    return name.size() <= bytes_max ? name : with_middle(name, "");
}

std::string safe_name_of_url(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
        const std::size_t path = url.find('/');
        url.remove_prefix(std::min(path, url.size()));
    }
    url.remove_prefix(url.rfind('/') + 1);
    return safe_name(http::percent_decode(url).value_or(std::string(url)));
}

std::string numbered_name(std::string_view name, std::uint32_t number) {
    return with_middle(name, "." + std::to_string(number));
}

}  // namespace troika::fetch
