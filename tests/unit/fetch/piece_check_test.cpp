// SPDX-License-Identifier: MIT
#include "fetch/piece_check.hpp"

#include <troika/fetch/failure.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace troika::fetch {
namespace {

class PieceCheck : public testing::Test {
protected:
    PieceCheck() : path(testing::TempDir() + "troika-pieces-" + std::to_string(::getpid())) {}
    ~PieceCheck() override { std::remove(path.c_str()); }

    void write(const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
    static metalink_pieces pieces_of(std::string_view text, std::uint64_t length) {
        metalink_pieces pieces;
        pieces.length = length;
        for (std::size_t at = 0; at < text.size(); at += length) {
            hasher digest(pieces.algorithm);
            digest.update(std::as_bytes(std::span(text.substr(at, length))));
            pieces.hashes.push_back(digest.value());
        }
        return pieces;
    }

    const std::string path;
    const std::string content = "aaaabbbbccccddddee";
};

using ranges = std::vector<file_range>;

TEST_F(PieceCheck, FindsAllRight) {
    write(content);
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 4)), (ranges{{0, 18}}));
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 18)), (ranges{{0, 18}}));
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 100)), (ranges{{0, 18}}));
}

TEST_F(PieceCheck, FindsWhatIsWrong) {
    write("aaaabbXbccccddddeX");
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 4)), (ranges{{0, 4}, {8, 16}}));
    write("Xaaabbbbccccddddee");
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 4)), (ranges{{4, 18}}));
    write("nothing of it is there");
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 4)), ranges{});
    write("aaaabb");   // shorter than it should be
    EXPECT_EQ(right_pieces(path, 18, pieces_of(content, 4)), (ranges{{0, 4}}));
}

TEST_F(PieceCheck, BelievesNoListThatDoesNotFit) {
    write(content);
    metalink_pieces pieces = pieces_of(content, 4);
    pieces.hashes.pop_back();
    EXPECT_EQ(right_pieces(path, 18, pieces), (ranges{{0, 18}}));
    EXPECT_EQ(right_pieces(path, 18, metalink_pieces()), (ranges{{0, 18}}));
}

TEST_F(PieceCheck, SaysThatTheFileIsGone) {
    EXPECT_THROW(static_cast<void>(right_pieces(path, 18, pieces_of(content, 4))), failure);
}

}  // namespace
}  // namespace troika::fetch
