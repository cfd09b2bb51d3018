// SPDX-License-Identifier: MIT
#include "fetch/text_file.hpp"

#include <troika/fetch/failure.hpp>

#include "unit/fetch/folder_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace troika::fetch {
namespace {

using testing::HasSubstr;

using TextFile = testing_fetch::FolderFixture;

std::string refusal(const std::string& path, std::size_t bytes_max) {
    try {
        return "read: " + read_text_file(path, bytes_max);
    } catch (const failure& error) {
        EXPECT_EQ(error.why(), cause::file);
        return error.what();
    }
}

TEST_F(TextFile, IsReadAsItWasWritten) {
    for (const std::size_t size : {0u, 1u, 16u * 1024, 16u * 1024 + 1, 3'000'000u}) {
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * i);
        write_text_file(at("a"), text, 0600);
        EXPECT_EQ(read_text_file(at("a"), size), text);
        EXPECT_EQ(names(), std::set<std::string>{"a"});
    }
}

TEST_F(TextFile, HasLimits) {
    write_text_file(at("a"), "12345", 0600);
    EXPECT_EQ(refusal(at("a"), 5), "read: 12345");
    EXPECT_THAT(refusal(at("a"), 4), HasSubstr("larger than 4 bytes"));
    EXPECT_THAT(refusal("/dev/zero", 1 << 20), HasSubstr("/dev/zero"));
}

TEST_F(TextFile, SaysWhichFile) {
    EXPECT_THAT(refusal(at("missing"), 5), HasSubstr("missing: No such file"));
    EXPECT_THAT(refusal(folder, 5), HasSubstr(folder));
}

TEST_F(TextFile, MayBeAPipe) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], "content", 7), 7);
    ::close(ends[1]);
    EXPECT_EQ(read_text_file("/dev/fd/" + std::to_string(ends[0]), 100), "content");
    ::close(ends[0]);
}

TEST_F(TextFile, ReplacesWhole) {
    write_text_file(at("a"), "old, and longer", 0644);
    std::filesystem::create_hard_link(at("a"), at("b"));
    write_text_file(at("a"), "new", 0600);
    EXPECT_EQ(read_text_file(at("a"), 100), "new");
    EXPECT_EQ(read_text_file(at("b"), 100), "old, and longer");   // nobody reads half of it
    struct stat status;
    ASSERT_EQ(::stat(at("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(TextFile, LeavesNothingBehindWhereItFails) {
    EXPECT_THROW(write_text_file(at("no/such/directory"), "text", 0600), failure);
    std::filesystem::create_directory(at("taken"));
    EXPECT_THROW(write_text_file(at("taken"), "text", 0600), failure);
    EXPECT_EQ(names(), std::set<std::string>{"taken"});
}

TEST_F(TextFile, DoesNotTouchWhatIsNotItsOwn) {
    std::ofstream(at("a~")) << "precious";
    write_text_file(at("a"), "text", 0600);
    EXPECT_EQ(read_text_file(at("a~"), 100), "precious");
}

}  // namespace
}  // namespace troika::fetch
