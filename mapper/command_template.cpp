// SPDX-License-Identifier: MIT
#include "mapper/command_template.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace troika::mapper {

namespace {

constexpr std::string_view places[] = {"{}", "{.}", "{/}", "{//}", "{/.}", "{#}"};

// The place that `text` begins with; none: empty.
std::string_view place_at(std::string_view text) noexcept {
    const auto found = std::ranges::find_if(
        places, [text](std::string_view place) { return text.starts_with(place); });
    return found == std::end(places) ? std::string_view() : *found;
}

bool has_place(std::string_view word) noexcept {
    for (; !word.empty(); word.remove_prefix(1))
        if (!place_at(word).empty()) return true;
    return false;
}

std::string_view without_folder(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);   // npos + 1 is 0
}

std::string_view without_extension(std::string_view path) noexcept {
    const std::string_view name = without_folder(path);
    const std::size_t dot = name.rfind('.');
    return dot == name.npos ? path : path.substr(0, path.size() - name.size() + dot);
}

std::string folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos) return ".";
    return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::string value_of(std::string_view place, std::string_view input, std::uint64_t number) {
    if (place == "{#}") return std::to_string(number);
    if (place == "{.}") return std::string(without_extension(input));
    if (place == "{/}") return std::string(without_folder(input));
    if (place == "{//}") return folder_of(input);
    if (place == "{/.}") return std::string(without_folder(without_extension(input)));
    return std::string(input);
}

}  // namespace

command_template::command_template(std::vector<std::string> words) : words_(std::move(words)) {
    if (std::ranges::none_of(words_, has_place)) words_.emplace_back("{}");
}

std::vector<std::string> command_template::expand(std::string_view input,
                                                  std::uint64_t number) const {
    std::vector<std::string> words;
    words.reserve(words_.size());
    for (std::string_view rest : words_) {
        std::string& word = words.emplace_back();
        while (!rest.empty()) {
            const std::string_view place = place_at(rest);
            if (place.empty())
                word += rest.front();
            else
                word += value_of(place, input, number);
            rest.remove_prefix(std::max<std::size_t>(place.size(), 1));
        }
    }
    return words;
}

}  // namespace troika::mapper
