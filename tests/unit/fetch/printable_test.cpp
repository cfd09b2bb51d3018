// SPDX-License-Identifier: MIT
#include "fetch/printable.hpp"

#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

TEST(Printable, LeavesReadableTextAlone) {
    EXPECT_EQ(printable(""), "");
    EXPECT_EQ(printable("a b.txt"), "a b.txt");
    EXPECT_EQ(printable("файл-中.iso 😀"), "файл-中.iso 😀");
}

TEST(Printable, MakesTerminalCommandsVisible) {
    EXPECT_EQ(printable("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07");
    EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
    EXPECT_EQ(printable(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\u{9b}31m");   // the C1 form of ESC [
    EXPECT_EQ(printable("\x9b"
                        "31m"),
              "\\x9b31m");   // and its raw byte
}

TEST(Printable, MakesInvisibleCharactersVisible) {
    EXPECT_EQ(printable("invoice\u202egpj.exe"), "invoice\\u{202e}gpj.exe");
    EXPECT_EQ(printable("pay\u200bpal"), "pay\\u{200b}pal");
}

TEST(Printable, ShowsEachBadByte) { EXPECT_EQ(printable("a\xff\xe2\x82z"), "a\\xff\\xe2\\x82z"); }

TEST(AsciiOnly, EscapesWhatIsBeyond) {
    EXPECT_EQ(ascii_only("a~ \x1b[0m"), "a~ \x1b[0m");   // what commands the terminal is meant
    EXPECT_EQ(ascii_only("中é😀.iso"), "\\u{4e2d}\\u{e9}\\u{1f600}.iso");
    EXPECT_EQ(ascii_only("a\xff"), "a\\u{fffd}");
}

TEST(Redacted, RemovesCredentialsOnly) {
    EXPECT_EQ(redacted("http://user:secret@host/a@b"), "http://host/a@b");
    EXPECT_EQ(redacted("http://user@host"), "http://host");
    EXPECT_EQ(redacted("http://u:p@ss@host/"), "http://host/");
    EXPECT_EQ(redacted("http://host/a?mail=me@home"), "http://host/a?mail=me@home");
    EXPECT_EQ(redacted("http://host?x=u:p@h"), "http://host?x=u:p@h");
    EXPECT_EQ(redacted("not a url"), "not a url");
}

}  // namespace
}  // namespace troika::fetch
