// SPDX-License-Identifier: MIT
#include <troika/subprocess/command.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace troika::subprocess {

namespace {

constexpr std::size_t shown_max = 200;

bool is_plain(unsigned char c) noexcept {
    constexpr std::string_view others = "_-+=./,:@%^";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c >= 0x80 || others.contains(static_cast<char>(c));
}

void append_word(std::string& text, std::string_view word) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
        return is_plain(static_cast<unsigned char>(c));
    });
    if (!plain) text += '\'';
    for (const char c : word) {
        if (text.size() > shown_max) return;
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\'')
            text += "'\\''";
        else
            text += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    if (!plain) text += '\'';
}

}  // namespace

void command::require_valid() const {
    if (words_.empty() || words_.front().empty())
        throw std::invalid_argument("a command needs a program: {\"program\", \"argument\"...}");
    for (const std::string& word : words_)
        if (word.contains('\0'))
            throw std::invalid_argument("a word of the command " + to_string(*this) +
                                        " has a NUL character, which no program can be given");
}

std::vector<std::string> command::candidates(std::string_view path) const {
    if (program().contains('/')) return {program()};
    std::vector<std::string> found;
    for (std::size_t at = 0;;) {
        const std::size_t end = std::min(path.find(':', at), path.size());
        std::string folder(path.substr(at, end - at));
        if (folder.empty()) folder = ".";
        if (!folder.ends_with('/')) folder += '/';
        found.push_back(folder + program());
        if (end == path.size()) return found;
        at = end + 1;
    }
}

std::string to_string(const command& which) {
    std::string text;
    for (const std::string& word : which.words()) {
        if (!text.empty()) text += ' ';
        append_word(text, word);
        if (text.size() <= shown_max) continue;
        // Not within a character of several bytes.
        std::size_t end = shown_max;
        while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        return text.substr(0, end) + "...";
    }
    return text;
}

}  // namespace troika::subprocess
