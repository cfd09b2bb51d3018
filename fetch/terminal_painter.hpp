// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace troika::fetch {

/// Keeps a block of rows at the bottom of a terminal up to date with as few bytes as it takes.
///
/// Computes what to write and writes nothing itself. Between calls the cursor rests at the
/// beginning of the block's first row: a terminal that wraps its lines anew for another width, or
/// cuts them, keeps the cursor on the line where it was, so that the block can be erased whatever
/// has become of it. Whoever else writes to the terminal does it through print_above().
/// Thread: none of its own.
class terminal_painter {
public:
    /// Makes the block show `rows`, each narrower than the terminal. Returns: what to write, empty
    /// if all is the same.
    [[nodiscard]] std::string paint(std::vector<std::string> rows);

    /// Puts `text`, whole lines with their ends, above the block, where it scrolls away and stays.
    [[nodiscard]] std::string print_above(const std::string& text);

    /// Takes the block away. The cursor is where its first row was, at the beginning of the line.
    [[nodiscard]] std::string clear();

    /// Says that the terminal has another size: the next paint() erases what it made of the block.
    void resized() noexcept { spoilt_ = true; }

    /// Says that the cursor is no longer at the block, as after a stop of the program: the next
    /// paint() begins a new one at the cursor.
    void forget() noexcept { shown_.clear(); }

private:
    std::vector<std::string> shown_;
    bool spoilt_ = false;
};

}  // namespace troika::fetch
