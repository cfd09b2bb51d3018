// SPDX-License-Identifier: MIT
#include <troika/fs/directory.hpp>
#include <troika/fs/whole_file.hpp>
#include <troika/loop/event_loop.hpp>

#include "unit/fs/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

namespace troika {
namespace {

using testing_fs::scratch_directory;

TEST(Directory, IsMadeWithItsParentsAndOnceMore) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::create_directories(here / "a/b/c"));
    loop.run(fs::create_directories(here / "a/b/c/"));
    const std::optional<fs::file_status> found = loop.run(fs::status(here / "a/b/c"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->type, fs::file_type::directory);
}

TEST(Directory, IsNotMadeOverAFile) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "x", {.sync = false}));
    EXPECT_THROW(loop.run(fs::create_directories(here / "a")), std::system_error);
    EXPECT_THROW(loop.run(fs::create_directories(here / "a/b")), std::system_error);
}

TEST(Directory, ListsSortedByNameWithTypes) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "b", "x", {.sync = false}));
    loop.run(fs::create_directories(here / "a"));
    std::filesystem::create_symlink("b", here / "c");
    const std::vector<fs::directory_entry> entries = loop.run(fs::list_directory(here.path()));
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[0].name, "a");
    EXPECT_EQ(entries[0].type, fs::file_type::directory);
    EXPECT_EQ(entries[1].name, "b");
    EXPECT_EQ(entries[1].type, fs::file_type::regular);
    EXPECT_EQ(entries[2].name, "c");
    EXPECT_EQ(entries[2].type, fs::file_type::link);
}

TEST(Directory, ListsNoMoreThanAllowed) {
    event_loop loop;
    const scratch_directory here;
    for (const char* name : {"a", "b", "c"})
        loop.run(fs::write_file(here / name, "", {.sync = false}));
    EXPECT_EQ(loop.run(fs::list_directory(here.path(), 3)).size(), 3u);
    EXPECT_THROW(loop.run(fs::list_directory(here.path(), 2)), std::system_error);
}

TEST(Directory, RemovesFilesAndEmptyDirectoriesOnly) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::create_directories(here / "d"));
    loop.run(fs::write_file(here / "d/f", "x", {.sync = false}));
    EXPECT_THROW(loop.run(fs::remove(here / "d")), std::system_error);
    EXPECT_TRUE(loop.run(fs::remove(here / "d/f")));
    EXPECT_TRUE(loop.run(fs::remove(here / "d")));
    EXPECT_FALSE(loop.run(fs::remove(here / "d")));
}

TEST(Directory, RenamesOverAndNotOver) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "A", {.sync = false}));
    loop.run(fs::write_file(here / "b", "B", {.sync = false}));
    try {
        loop.run(fs::rename_no_replace(here / "a", here / "b"));
        FAIL() << "replaced a file";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::file_exists);
    }
    EXPECT_EQ(loop.run(fs::read_file(here / "b")), "B");
    loop.run(fs::rename(here / "a", here / "b"));
    EXPECT_EQ(loop.run(fs::read_file(here / "b")), "A");
    EXPECT_FALSE(loop.run(fs::status(here / "a")));
    loop.run(fs::sync_directory(here.path()));
}

TEST(Status, TellsLinksFromWhatTheyPointTo) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "12345", {.sync = false}));
    std::filesystem::create_symlink("a", here / "b");
    const std::optional<fs::file_status> followed = loop.run(fs::status(here / "b"));
    const std::optional<fs::file_status> kept = loop.run(fs::status(here / "b", fs::links::keep));
    ASSERT_TRUE(followed && kept);
    EXPECT_EQ(followed->type, fs::file_type::regular);
    EXPECT_EQ(followed->size, 5u);
    EXPECT_EQ(kept->type, fs::file_type::link);
}

TEST(Status, KnowsTheSpaceOfAFileSystem) {
    event_loop loop;
    const scratch_directory here;
    const fs::space_info found = loop.run(fs::space(here.path()));
    EXPECT_GT(found.capacity, 0u);
    EXPECT_LE(found.available, found.capacity);
    EXPECT_THROW(loop.run(fs::space(here / "missing")), std::system_error);
}

}  // namespace
}  // namespace troika
