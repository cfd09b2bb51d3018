// SPDX-License-Identifier: MIT
#include "fetch/terminal_painter.hpp"

#include <utility>

namespace troika::fetch {
namespace {

constexpr const char* erase_below = "\x1b[J";
constexpr const char* erase_to_end_of_line = "\x1b[K";
// A name that this terminal draws wider than we think is cut, and does not push the block down.
constexpr const char* wrap_off = "\x1b[?7l";
constexpr const char* wrap_on = "\x1b[?7h";

// To the beginning of the block's first row from its row `row`.
std::string home_from(std::size_t row) {
    return row == 0 ? "\r" : "\r\x1b[" + std::to_string(row) + "A";
}

}  // namespace

std::string terminal_painter::paint(std::vector<std::string> rows) {
    if (rows.empty()) return clear();
    if (rows == shown_ && !spoilt_) return {};

    std::string out = "\r";
    const std::size_t known = std::exchange(spoilt_, false) ? 0 : shown_.size();
    if (known == 0) out += erase_below;   // what another size, or somebody else, has left there
    out += wrap_off;
    std::size_t at = 0;   // the row that the cursor is on
    const auto go_to = [&](std::size_t row) { out.append(row - std::exchange(at, row), '\n'); };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i < known && rows[i] == shown_[i]) continue;
        go_to(i);
        // The row is narrower than the screen, so that the erasure takes nothing of it away.
        out.append(rows[i]).append(erase_to_end_of_line);
    }
    if (rows.size() < known) {
        go_to(rows.size());
        out += erase_below;
    }
    out.append(wrap_on).append(home_from(at));
    shown_ = std::move(rows);
    return out;
}

std::string terminal_painter::print_above(const std::string& text) {
    if (shown_.empty()) return text;
    std::string out = std::string("\r").append(erase_below).append(text);
    return out += paint(std::exchange(shown_, {}));
}

std::string terminal_painter::clear() {
    const bool nothing = shown_.empty();
    shown_.clear();
    spoilt_ = false;
    return nothing ? std::string() : std::string("\r").append(erase_below);
}

}  // namespace troika::fetch
