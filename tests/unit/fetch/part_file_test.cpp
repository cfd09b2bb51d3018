// SPDX-License-Identifier: MIT
#include "fetch/part_file.hpp"

#include <troika/fetch/failure.hpp>

#include "unit/fetch/folder_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

class PartFile : public testing_fetch::FolderFixture {
protected:
    const std::vector<std::string> urls{"http://h/a"};
    landing how{.replace = false, .sync = false, .mode = 0600, .modified = std::nullopt,
                .entity_tag = {}};
};

TEST_F(PartFile, LandsASmallFileInOneGo) {
    how.modified = std::chrono::sys_seconds(1'000'000'000s);
    EXPECT_TRUE(land_small(at("a"), bytes_of("content"), how));
    EXPECT_EQ(text_of("a"), "content");
    EXPECT_EQ(names(), std::set<std::string>{"a"});
    const auto there = look_at(at("a"));
    ASSERT_TRUE(there);
    EXPECT_EQ(there->mode & 0777u, 0600u);
    EXPECT_EQ(there->modified, std::chrono::sys_seconds(1'000'000'000s));
}

TEST_F(PartFile, DoesNotReplaceUnlessToldTo) {
    write("a", "old");
    EXPECT_THROW(land_small(at("a"), bytes_of("new"), how), failure);
    EXPECT_EQ(text_of("a"), "old");
    how.replace = true;
    EXPECT_TRUE(land_small(at("a"), bytes_of("new"), how));
    EXPECT_EQ(text_of("a"), "new");
    EXPECT_EQ(names(), std::set<std::string>{"a"});
}

TEST_F(PartFile, LeavesThePartOfSomebodyElseAlone) {
    write("a", "old");
    write("a.part", "theirs");
    how.replace = true;   // takes the way over a NAME.part
    EXPECT_FALSE(land_small(at("a"), bytes_of("new"), how));
    EXPECT_EQ(text_of("a"), "old");
    EXPECT_EQ(text_of("a.part"), "theirs");
}

TEST_F(PartFile, MakesTheDirectoriesOnTheWay) {
    EXPECT_TRUE(land_small(at("x/y/a"), bytes_of("deep"), how));
    EXPECT_EQ(text_of("x/y/a"), "deep");
}

TEST_F(PartFile, IsLockedAgainstASecondDownload) {
    const part_file first = part_file::open(at("a"), urls, true, std::nullopt);
    try {
        part_file::open(at("a"), urls, true, std::nullopt);
        FAIL() << "two downloads write one file";
    } catch (const failure& error) {
        EXPECT_EQ(error.why(), cause::file);
        EXPECT_NE(std::string(error.what()).find("another process"), std::string::npos);
    }
}

TEST_F(PartFile, DoesNotTrustWhatHasNoJournal) {
    write("a.part", "who knows");
    const part_file part = part_file::open(at("a"), urls, true, std::nullopt);
    EXPECT_FALSE(part.resumed());
    EXPECT_EQ(std::filesystem::file_size(at("a.part")), 0u);
}

TEST_F(PartFile, RefusesALinkInItsPlace) {
    write("victim", "precious");
    std::filesystem::create_symlink("victim", at("a.part"));
    EXPECT_THROW(part_file::open(at("a"), urls, true, std::nullopt), failure);
    EXPECT_EQ(text_of("victim"), "precious");
}

TEST_F(PartFile, RefusesWhatIsAnotherFileAsWell) {
    write("victim", "precious");
    std::filesystem::create_hard_link(at("victim"), at("a.part"));
    EXPECT_THROW(part_file::open(at("a"), urls, true, std::nullopt), failure);
    EXPECT_EQ(text_of("victim"), "precious");
}

TEST_F(PartFile, DoesNotWaitForAPipeInPlaceOfItsJournal) {
    write("a.part", "who knows");
    ASSERT_EQ(::mkfifo(at("a.part.journal").c_str(), 0600), 0);
    part_file part = part_file::open(at("a"), urls, true, std::nullopt);
    EXPECT_FALSE(part.resumed());
    EXPECT_EQ(names(), std::set<std::string>{"a.part"});
}

TEST_F(PartFile, TakesWhatKilledRunsHaveLeft) {
    write("a.part", "who knows");
    write("a.part.journal~", "half a no");
    part_file part = part_file::open(at("a"), urls, true, std::nullopt);
    EXPECT_EQ(names(), std::set<std::string>{"a.part"});
}

TEST_F(PartFile, ClearsAStrayJournalAndNothingElse) {
    journal note;
    note.url = urls.front();
    note.validator = "\"e\"";
    note.durable = 3;
    write("a", "old");
    write("a.part.journal", serialize(note));
    write("a.part", "abc");
    remove_stray_journal(at("a"));   // a download is, or can be, taken up
    EXPECT_TRUE(names().contains("a.part.journal"));
    std::filesystem::remove(at("a.part"));
    remove_stray_journal(at("a"));
    EXPECT_EQ(names(), std::set<std::string>{"a"});
    write("a.part.journal", "somebody's diary");
    remove_stray_journal(at("a"));
    EXPECT_EQ(text_of("a.part.journal"), "somebody's diary");
}

TEST_F(PartFile, IsGoneWhenItIsDiscarded) {
    part_file part = part_file::open(at("a"), urls, true, std::nullopt);
    part.discard();
    EXPECT_TRUE(names().empty());
}

}  // namespace
}  // namespace troika::fetch
