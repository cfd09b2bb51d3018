// SPDX-License-Identifier: MIT
#include "watch/columns.hpp"

namespace troika::watch {

std::string fitted(const std::string& text, std::size_t columns) {
    std::string made;
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size() && width < columns; ++width) {
        do made += text[i++];
        while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80);
    }
    return made + std::string(columns - width, ' ');
}

std::string at_right(const std::string& text, std::size_t columns) {
    return text.size() >= columns ? text : std::string(columns - text.size(), ' ') + text;
}

}  // namespace troika::watch
