// SPDX-License-Identifier: MIT
#include "fetch/text_width.hpp"

#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

TEST(TextWidth, CountsColumns) {
    EXPECT_EQ(text_width(""), 0u);
    EXPECT_EQ(text_width("abc"), 3u);
    EXPECT_EQ(text_width("файл"), 4u);
    EXPECT_EQ(text_width("中文"), 4u);
    EXPECT_EQ(text_width("e\u0301"), 1u);   // a combining accent
    EXPECT_EQ(text_width("😀"), 2u);
    EXPECT_EQ(text_width("한글"), 4u);
    EXPECT_EQ(text_width("\u1112\u1161\u11ab\u1100\u1173\u11af"),
              4u);   // decomposed, as macOS names files
    EXPECT_EQ(text_width("か\u3099"), 2u);
    EXPECT_EQ(text_width("\U00030000"), 2u);
    EXPECT_EQ(text_width("ｶ"), 1u);    // half width
    EXPECT_EQ(text_width("Ａ"), 2u);   // full width
    EXPECT_EQ(text_width("…━"), 2u);
}

TEST(FitToWidth, PadsWhatIsShort) {
    EXPECT_EQ(fit_to_width("abc", 5, "…"), "abc  ");
    EXPECT_EQ(fit_to_width("中", 5, "…"), "中   ");
    EXPECT_EQ(fit_to_width("abc", 3, "…"), "abc");
}

TEST(FitToWidth, CutsTheMiddle) {
    EXPECT_EQ(fit_to_width("abcdefghij.iso", 10, "…"), "abcdef…iso");
    EXPECT_EQ(fit_to_width("abcdefghij.iso", 10, "..."), "abcde...so");
    EXPECT_EQ(fit_to_width("abcdef", 4, "…"), "abcd");   // too narrow for two ends
    EXPECT_EQ(fit_to_width("abcdef", 1, "…"), "a");
    EXPECT_EQ(fit_to_width("abcdef", 0, "…"), "");
}

TEST(FitToWidth, NeverSplitsAWideCharacterOrAnAccent) {
    EXPECT_EQ(fit_to_width("中中中中中中", 4, "…"), "中中");
    EXPECT_EQ(fit_to_width("中中中中中中", 3, "…"), "中 ");
    EXPECT_EQ(fit_to_width("e\u0301e\u0301e\u0301", 2, "…"), "e\u0301e\u0301");
}

TEST(FitToWidth, IsExactForEveryWidth) {
    for (const std::string_view text : {"a-rather-long-name.tar.gz", "中文文件名中文文件名.zip",
                                        "e\u0301a\u0308o\u0301n\u0303x😀y.txt"})
        for (std::size_t columns = 0; columns < 40; ++columns)
            EXPECT_EQ(text_width(fit_to_width(text, columns, "…")), columns) << text;
}

}  // namespace
}  // namespace troika::fetch
