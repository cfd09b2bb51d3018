// SPDX-License-Identifier: MIT
#include "inspect/base64.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace troika;

std::string base64_of(std::string_view bytes, std::size_t each) {
    std::string text;
    const std::function<void(std::string_view)> sink = [&](std::string_view piece) {
        text += piece;
    };
    base64_writer writer(sink);
    const std::vector<std::uint8_t> all(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i < all.size(); i += each)
        writer.write(std::span(all).subspan(i, std::min(each, all.size() - i)));
    writer.finish();
    return text;
}

TEST(Base64Writer, WritesTheVectorsOfTheRfc) {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base64_of(bytes, 1), text);
        EXPECT_EQ(base64_of(bytes, 100), text);
    }
}

TEST(Base64Writer, KnowsAllLetters) {
    EXPECT_EQ(base64_of("\xFB\xEF\xBE\xFF\xFF\xFF", 6), "++++////");
}

TEST(Base64Writer, GivesPiecesOfLimitedSizeThatMakeOneText) {
    const std::string bytes(100'000, '\0');
    std::size_t pieces = 0, whole = 0;
    const std::function<void(std::string_view)> sink = [&](std::string_view piece) {
        ++pieces;
        whole += piece.size();
        EXPECT_LE(piece.size(), 16u * 1024);
        EXPECT_EQ(piece.find_first_not_of("A="), std::string_view::npos);
    };
    base64_writer writer(sink);
    writer.write(std::vector<std::uint8_t>(100'000));
    writer.finish();
    EXPECT_EQ(whole, 133'336u);
    EXPECT_GT(pieces, 8u);
}

TEST(Base64Writer, BeginsAnewAfterItsEnd) {
    std::string text;
    const std::function<void(std::string_view)> sink = [&](std::string_view piece) {
        text += piece;
    };
    base64_writer writer(sink);
    const std::uint8_t letter[] = {'f'};
    writer.write(letter);
    writer.finish();
    text += ' ';
    writer.write(letter);
    writer.finish();
    EXPECT_EQ(text, "Zg== Zg==");
}

}  // namespace
