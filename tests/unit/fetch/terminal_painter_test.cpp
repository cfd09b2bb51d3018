// SPDX-License-Identifier: MIT
#include "fetch/terminal_painter.hpp"

#include <troika/base/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace troika::fetch {
namespace {

using rows = std::vector<std::string>;

// As much of a terminal as the painter uses, of unlimited height.
class screen {
public:
    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            if (bytes.starts_with("\x1b[J")) {
                lines_.resize(line_ + 1);
                lines_[line_].resize(column_);
                bytes.remove_prefix(3);
            } else if (bytes.starts_with("\x1b[K")) {
                lines_[line_].resize(column_);
                bytes.remove_prefix(3);
            } else if (bytes.starts_with("\x1b[?7")) {
                bytes.remove_prefix(5);
            } else if (bytes.front() == '\r') {
                column_ = 0;
                bytes.remove_prefix(1);
            } else if (bytes.starts_with("\x1b[")) {
                const std::size_t end = bytes.find('A');
                ASSERT_NE(end, bytes.npos);
                const auto count = std::stoul(std::string(bytes.substr(2, end - 2)));
                ASSERT_LE(count, line_);
                line_ -= count;
                bytes.remove_prefix(end + 1);
            } else if (bytes.front() == '\n') {
                ++line_;
                column_ = 0;
                if (line_ == lines_.size()) lines_.emplace_back();
                bytes.remove_prefix(1);
            } else {
                std::string& line = lines_[line_];
                line.resize(std::max(line.size(), column_ + 1), ' ');
                line[column_++] = bytes.front();
                bytes.remove_prefix(1);
            }
        }
    }
    const rows& lines() const { return lines_; }
    // Where the cursor is, as all that stands above it.
    rows above() const {
        EXPECT_EQ(column_, 0u);
        return {lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(line_)};
    }
    // Another program has written, and the cursor is where it went on.
    void leave() {
        line_ = lines_.size();
        column_ = 0;
        lines_.emplace_back();
    }
    // Wraps the lines anew as terminals do, with the cursor on the line where it was.
    void wrap(std::size_t columns) {
        rows wrapped;
        std::size_t line = 0;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (i == line_) line = wrapped.size();
            std::string rest = lines_[i];
            do {
                wrapped.push_back(rest.substr(0, columns));
                rest.erase(0, columns);
            } while (!rest.empty());
        }
        lines_ = wrapped;
        line_ = line;
    }

private:
    rows lines_{""};
    std::size_t line_ = 0, column_ = 0;
};

// What paint() writes around what changed.
std::string frame(const std::string& changes, std::size_t rows_down, bool first = false) {
    return std::string(first ? "\r\x1b[J" : "\r") + "\x1b[?7l" + changes + "\x1b[?7h\r" +
           (rows_down > 0 ? "\x1b[" + std::to_string(rows_down) + "A" : "");
}

TEST(TerminalPainter, WritesOnlyWhatChanged) {
    terminal_painter painter;
    EXPECT_EQ(painter.paint({"one", "two", "three"}),
              frame("one\x1b[K\ntwo\x1b[K\nthree\x1b[K", 2, true));
    EXPECT_EQ(painter.paint({"one", "two", "three"}), "");
    EXPECT_EQ(painter.paint({"one", "TWO", "three"}), frame("\nTWO\x1b[K", 1));
    EXPECT_EQ(painter.paint({"one", "TWO", "3"}), frame("\n\n3\x1b[K", 2));
    EXPECT_EQ(painter.paint({"one", "TWO", "3", "4"}), frame("\n\n\n4\x1b[K", 3));
    EXPECT_EQ(painter.paint({"one"}), frame("\n\x1b[J", 1));
    EXPECT_EQ(painter.clear(), "\r\x1b[J");
    EXPECT_EQ(painter.clear(), "");
}

TEST(TerminalPainter, KeepsTheBlockBelowWhatIsPrinted) {
    terminal_painter painter;
    screen terminal;
    terminal.write(painter.print_above("before\n"));
    terminal.write(painter.paint({"a", "b"}));
    terminal.write(painter.print_above("done x\n"));
    EXPECT_EQ(terminal.lines(), (rows{"before", "done x", "a", "b"}));
    EXPECT_EQ(terminal.above(), (rows{"before", "done x"}));
    terminal.write(painter.clear());
    EXPECT_EQ(terminal.lines(), (rows{"before", "done x", ""}));
    EXPECT_EQ(terminal.above(), (rows{"before", "done x"}));
}

TEST(TerminalPainter, NoRowsAreNoBlock) {
    terminal_painter painter;
    EXPECT_EQ(painter.paint({}), "");
    static_cast<void>(painter.paint({"a"}));
    EXPECT_EQ(painter.paint({}), "\r\x1b[J");
}

TEST(TerminalPainter, BeginsAnewAfterForget) {
    terminal_painter painter;
    screen terminal;
    terminal.write(painter.paint({"a", "b"}));
    painter.forget();
    terminal.leave();
    EXPECT_EQ(painter.print_above("x\n"), "x\n");
    terminal.write(painter.paint({"a"}));
    EXPECT_EQ(terminal.lines(), (rows{"a", "b", "a"}));
}

TEST(TerminalPainter, ErasesWhatIsBelowANewBlock) {
    terminal_painter painter;
    screen terminal;
    terminal.write(painter.paint({"a", "b", "c"}));
    painter.forget();   // but nobody has written, and the cursor is where it was
    terminal.write(painter.paint({"a"}));
    EXPECT_EQ(terminal.lines(), (rows{"a"}));
}

TEST(TerminalPainter, ErasesWhatAnotherWidthMadeOfTheBlock) {
    terminal_painter painter;
    screen terminal;
    terminal.write(painter.print_above("a line that stays\n"));
    terminal.write(painter.paint({"one, longer", "two, longer", "three"}));
    terminal.wrap(4);
    ASSERT_EQ(terminal.lines().size(), 5u + 8u);
    painter.resized();
    terminal.write(painter.paint({"one", "two"}));
    EXPECT_EQ(terminal.lines(), (rows{"a li", "ne t", "hat ", "stay", "s", "one", "two"}));
    EXPECT_EQ(painter.paint({"one", "two"}), "");

    terminal.wrap(2);
    painter.resized();
    terminal.write(painter.print_above("!\n"));
    const rows lines = terminal.lines();
    EXPECT_EQ(rows(lines.end() - 3, lines.end()), (rows{"!", "one", "two"}));
    painter.resized();
    EXPECT_EQ(painter.clear(), "\r\x1b[J");
}

TEST(TerminalPainter, TheScreenAlwaysShowsTheRows) {
    random source(11);
    terminal_painter painter;
    screen terminal;
    rows printed;
    for (int round = 0; round < 2'000; ++round) {
        rows block(source() % 6);
        for (std::string& row : block)
            row.assign(source() % 4, static_cast<char>('a' + source() % 3));
        if (source() % 16 == 0) painter.resized();
        terminal.write(painter.paint(block));
        if (source() % 8 == 0) {
            printed.push_back(std::to_string(round));
            terminal.write(painter.print_above(printed.back() + "\n"));
        }
        ASSERT_EQ(terminal.above(), printed);
        rows expected = printed;
        expected.insert(expected.end(), block.begin(), block.end());
        rows shown = terminal.lines();
        while (!shown.empty() && shown.back().empty()) shown.pop_back();
        while (!expected.empty() && expected.back().empty()) expected.pop_back();
        ASSERT_EQ(shown, expected);
    }
}

}  // namespace
}  // namespace troika::fetch
