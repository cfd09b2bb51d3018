// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace troika::fetch {

/// Keeps a block of rows at the bottom of a terminal up to date with as few bytes as it takes.
///
/// Computes what to write and writes nothing itself. Between calls the cursor rests at the
/// beginning of the line below the block; whoever else writes to the terminal does it through
/// print_above(). Thread: none of its own.
class terminal_painter {
public:
    /// Makes the block show `rows`, none of which wraps. Returns: what to write, empty if all is
    /// the same.
    [[nodiscard]] std::string paint(std::vector<std::string> rows);

    /// Puts `text`, whole lines with their ends, above the block, where it scrolls away and stays.
    [[nodiscard]] std::string print_above(const std::string& text);

    /// Takes the block away. The cursor is where its first row was.
    [[nodiscard]] std::string clear();

    /// Says that the screen no longer shows what was painted, as after a change of its size or a
    /// stop of the program: the next paint() begins a new block at the cursor.
    void forget() noexcept { shown_.clear(); }

private:
    [[nodiscard]] std::string clear_codes() const;

    std::vector<std::string> shown_;
};

}  // namespace troika::fetch
