// SPDX-License-Identifier: MIT
#include "fetch/terminal_painter.hpp"

#include <algorithm>
#include <utility>

namespace troika::fetch {
namespace {

constexpr const char* erase_below = "\x1b[J";
constexpr const char* erase_to_end_of_line = "\x1b[K";

std::string up(std::size_t rows) {
    return rows == 0 ? std::string() : "\x1b[" + std::to_string(rows) + "A";
}

}  // namespace

std::string terminal_painter::paint(std::vector<std::string> rows) {
    const std::size_t common = std::min(rows.size(), shown_.size());
    std::size_t first = 0;
    while (first < common && rows[first] == shown_[first]) ++first;
    if (first == rows.size() && first == shown_.size()) return {};

    std::string out = up(shown_.size() - first);
    for (std::size_t i = first; i < rows.size(); ++i) {
        // The row is no longer than the screen is wide, so that the erasure takes nothing of it
        // away.
        if (i >= common || rows[i] != shown_[i]) out.append(rows[i]).append(erase_to_end_of_line);
        out += '\n';
    }
    if (rows.size() < shown_.size()) out += erase_below;
    shown_ = std::move(rows);
    return out;
}

std::string terminal_painter::print_above(const std::string& text) {
    std::string out = clear_codes();
    out += text;
    for (const std::string& row : shown_) out.append(row).append("\n");
    return out;
}

std::string terminal_painter::clear() {
    std::string out = clear_codes();
    shown_.clear();
    return out;
}

std::string terminal_painter::clear_codes() const {
    return shown_.empty() ? std::string() : up(shown_.size()) + erase_below;
}

}  // namespace troika::fetch
