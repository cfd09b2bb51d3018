// SPDX-License-Identifier: MIT
#include "inspect/shown_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace troika;

TEST(ShownText, LeavesTextAlone) {
    EXPECT_EQ(shown_text("plain, \xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x8D\xB3", 100),
              "plain, \xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x8D\xB3");
    EXPECT_EQ(shown_text("", 100), "");
}

TEST(ShownText, ReplacesWhatIsNoUtf8) {
    const std::string_view wrong[] = {
        "\x80", "\xFF", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF0\x9F\x8D", "\xC1\xBF", "\xF8\x88\x80\x80\x80"};
    for (const std::string_view bytes : wrong) {
        std::string expected = "a";
        for (std::size_t i = 0; i < bytes.size(); ++i) expected += "\xEF\xBF\xBD";
        EXPECT_EQ(shown_text("a" + std::string(bytes) + "z", 100), expected + "z");
    }
}

TEST(ShownText, ReplacesWhatCommandsOrDeceives) {
    EXPECT_EQ(shown_text(std::string("\0\x1B\x7F", 3), 100),
              "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(shown_text("a\nb\tc", 100), "a b c");
    for (const std::string_view turned :
         {"\xE2\x80\xAE", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x81\xA6", "\xE2\x80\x8F",
          "\xC2\x85", "\xD8\x9C", "\xEF\xBF\xBE"})
        EXPECT_EQ(shown_text(turned, 100), "\xEF\xBF\xBD");
}

TEST(ShownText, CutsBetweenCharacters) {
    EXPECT_EQ(shown_text("abcdef", 6), "abcdef");
    EXPECT_EQ(shown_text("abcdefg", 6), "abc\xE2\x80\xA6");
    EXPECT_EQ(shown_text("\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD", 8), "\xE4\xB8\xAD\xE2\x80\xA6");
    EXPECT_EQ(shown_text(std::string(1 << 22, 'x'), 1024).size(), 1024u);
    EXPECT_EQ(shown_text("abcd", 3), "\xE2\x80\xA6");
}

TEST(HtmlText, EscapesWhatHtmlUnderstands) {
    EXPECT_EQ(html_text("</script>&\"'"), "&lt;/script&gt;&amp;&quot;&#39;");
    EXPECT_EQ(html_text("plain \xE4\xB8\xAD"), "plain \xE4\xB8\xAD");
}

}  // namespace
