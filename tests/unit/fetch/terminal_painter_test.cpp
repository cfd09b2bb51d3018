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
    rows lines() const {   // without the empty one that the cursor rests on
        EXPECT_EQ(line_ + 1, lines_.size());
        EXPECT_EQ(column_, 0u);
        return {lines_.begin(), lines_.end() - 1};
    }

private:
    rows lines_{""};
    std::size_t line_ = 0, column_ = 0;
};

TEST(TerminalPainter, WritesOnlyWhatChanged) {
    terminal_painter painter;
    EXPECT_EQ(painter.paint({"one", "two", "three"}), "one\x1b[K\ntwo\x1b[K\nthree\x1b[K\n");
    EXPECT_EQ(painter.paint({"one", "two", "three"}), "");
    EXPECT_EQ(painter.paint({"one", "TWO", "three"}), "\x1b[2ATWO\x1b[K\n\n");
    EXPECT_EQ(painter.paint({"one", "TWO", "3"}), "\x1b[1A3\x1b[K\n");
    EXPECT_EQ(painter.paint({"one", "TWO", "3", "4"}), "4\x1b[K\n");
    EXPECT_EQ(painter.paint({"one"}), "\x1b[3A\x1b[J");
    EXPECT_EQ(painter.clear(), "\x1b[1A\x1b[J");
    EXPECT_EQ(painter.clear(), "");
}

TEST(TerminalPainter, KeepsTheBlockBelowWhatIsPrinted) {
    terminal_painter painter;
    screen terminal;
    terminal.write(painter.print_above("before\n"));
    terminal.write(painter.paint({"a", "b"}));
    terminal.write(painter.print_above("done x\n"));
    EXPECT_EQ(terminal.lines(), (rows{"before", "done x", "a", "b"}));
    terminal.write(painter.clear());
    EXPECT_EQ(terminal.lines(), (rows{"before", "done x"}));
}

TEST(TerminalPainter, BeginsAnewAfterForget) {
    terminal_painter painter;
    static_cast<void>(painter.paint({"a"}));
    painter.forget();
    EXPECT_EQ(painter.paint({"a"}), "a\x1b[K\n");
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
        terminal.write(painter.paint(block));
        if (source() % 8 == 0) {
            printed.push_back(std::to_string(round));
            terminal.write(painter.print_above(printed.back() + "\n"));
        }
        rows expected = printed;
        expected.insert(expected.end(), block.begin(), block.end());
        ASSERT_EQ(terminal.lines(), expected);
    }
}

}  // namespace
}  // namespace troika::fetch
