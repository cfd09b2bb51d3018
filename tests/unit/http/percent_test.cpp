// SPDX-License-Identifier: MIT
#include <troika/http/percent.hpp>

#include <gtest/gtest.h>

#include <string>

namespace troika::http {
namespace {

TEST(Percent, Encodes) {
    EXPECT_EQ(percent_encode("a-b._~0"), "a-b._~0");
    EXPECT_EQ(percent_encode("a b/\xc3\xbc%"), "a%20b%2F%C3%BC%25");
    EXPECT_EQ(percent_encode("/a b/c", "/"), "/a%20b/c");
    EXPECT_EQ(percent_encode(std::string_view("\0\n", 2)), "%00%0A");
}

TEST(Percent, DecodesOnce) {
    EXPECT_EQ(percent_decode("a%20b%2f%C3%bc"), "a b/\xc3\xbc");
    EXPECT_EQ(percent_decode("%2541"), "%41");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
    for (const char* bad : {"%", "%4", "a%", "%zz", "%4z", "%%41", "% 1"})
        EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
}

TEST(Percent, GoesBothWays) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

}  // namespace
}  // namespace troika::http
