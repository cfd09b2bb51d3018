// SPDX-License-Identifier: MIT
#include "fetch/utf8.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace troika::fetch {
namespace {

TEST(Utf8, EveryScalarValueSurvivesARoundTrip) {
    for (char32_t c = 0; c <= 0x10ffff; ++c) {
        if (c >= 0xd800 && c <= 0xdfff) continue;
        std::string text;
        append_utf8(text, c);
        const utf8_step step = decode_utf8(text);
        ASSERT_TRUE(step.valid) << std::hex << static_cast<unsigned>(c);
        ASSERT_EQ(step.code_point, c);
        ASSERT_EQ(step.size, text.size());
    }
}

TEST(Utf8, BadBytesComeInMaximalPieces) {
    struct row {
        std::string_view text;
        std::vector<int> sizes;
    };
    const row rows[] = {
        {"\x80", {1}},
        {"\xc0\xaf", {1, 1}},                 // overlong
        {"\xe0\x80\xaf", {1, 1, 1}},          // overlong
        {"\xed\xa0\x80", {1, 1, 1}},          // a surrogate
        {"\xf4\x90\x80\x80", {1, 1, 1, 1}},   // beyond the last code point
        {"\xf5", {1}},
        {"\xff\xfe", {1, 1}},
        {"\xe2\x82", {2}},                                    // cut
        {"\xf0\x9f\x98", {3}},                                // cut
        {"\xf0\x9f\x98z", {3, -1}},                           // cut, then a good one
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf", {2, 1, 3, 2}},   // from the standard's table 3-8
    };
    for (const row& each : rows) {
        std::vector<int> sizes;
        for (std::string_view rest = each.text; !rest.empty();) {
            const utf8_step step = decode_utf8(rest);
            if (!step.valid) {
                EXPECT_EQ(step.code_point, U'\uFFFD');
            }
            sizes.push_back(step.valid ? -static_cast<int>(step.size) : step.size);
            rest.remove_prefix(step.size);
        }
        EXPECT_EQ(sizes, each.sizes) << testing::PrintToString(each.text);
    }
}

TEST(Utf8, KnowsWhatDeceives) {
    for (const char32_t c :
         {U'\0', U'\x1b', U'\x7f', char32_t(0x85), char32_t(0x9b), char32_t(0xad), U'\u061c',
          U'\u200b', U'\u200d', U'\u200e', U'\u2028', U'\u202e', U'\u2066', U'\ufeff', U'\ufdd0',
          U'\uffff', U'\U000e0041', U'\U0010ffff'})
        EXPECT_TRUE(is_deceptive(c)) << std::hex << static_cast<unsigned>(c);
    for (const char32_t c : {U' ', U'~', U'a', char32_t(0xa0), U'é', U'я', U'中', U'\ufffd', U'😀'})
        EXPECT_FALSE(is_deceptive(c)) << std::hex << static_cast<unsigned>(c);
}

}  // namespace
}  // namespace troika::fetch
