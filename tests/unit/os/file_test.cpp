// SPDX-License-Identifier: MIT
#include "os/file.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troika::os {

class file_test : public ::testing::Test {
protected:
    file_test() {
        std::string pattern = ::testing::TempDir() + "troika-file-XXXXXX";
        if (!::mkdtemp(pattern.data())) std::abort();
        folder = pattern;
    }
    ~file_test() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] std::string at(const char* name) const { return folder + "/" + name; }
    void write_text(const char* name, const char* text) const { std::ofstream(at(name)) << text; }
    [[nodiscard]] std::string text_of(const char* name) const {
        std::ifstream in(at(name));
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string folder;
};

TEST_F(file_test, an_unnamed_file_gets_its_name_with_its_content) {
    const fd file(open_unnamed(folder.c_str(), 0640));
    if (!file) {
        // Some file systems have none; then it says so, and nothing was made.
        EXPECT_TRUE(std::filesystem::is_empty(folder));
        return;
    }
    EXPECT_EQ(write_at(file.get(), "whole", 5, 0), 5);
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    write_text("taken", "mine");
    EXPECT_EQ(name_file(file.get(), at("taken").c_str()), -EEXIST);
    EXPECT_EQ(text_of("taken"), "mine");
    EXPECT_EQ(name_file(file.get(), at("new").c_str()), 0);
    EXPECT_EQ(text_of("new"), "whole");
    file_status about;
    ASSERT_EQ(status(at("new").c_str(), false, about), 0);
    EXPECT_EQ(about.mode & 0777u, 0640u & ~file_mode_mask());
}

TEST_F(file_test, opens_as_the_options_say) {
    const open_options fresh{.write = true, .create = true, .exclusive = true, .mode = 0600};
    const fd file(open_file(at("a").c_str(), fresh));
    ASSERT_TRUE(file);
    EXPECT_EQ(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(open_file(at("a").c_str(), fresh), -EEXIST);
    EXPECT_EQ(open_file(at("b").c_str(), {}), -ENOENT);
    EXPECT_EQ(open_file(at("a").c_str(), {.directory = true}), -ENOTDIR);
    ASSERT_EQ(make_link("a", at("link").c_str()), 0);
    EXPECT_EQ(open_file(at("link").c_str(), {.follow_links = false}), -ELOOP);

    ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
    EXPECT_GE(fd(open_file(at("pipe").c_str(), {.waits = false})).get(), 0);   // or it hangs

    EXPECT_EQ(write_at(file.get(), "hello", 5, 3), 5);
    std::array<char, 16> buffer{};
    EXPECT_EQ(read_at(file.get(), buffer.data(), 16, 0), 8);
    EXPECT_EQ(std::string_view(buffer.data(), 8), std::string_view("\0\0\0hello", 8));
    const fd reader(open_file(at("link").c_str(), {}));
    EXPECT_EQ(write_at(reader.get(), "x", 1, 0), -EBADF);
    const fd writer(open_file(at("a").c_str(), {.read = false, .write = true, .truncate = true}));
    EXPECT_EQ(read_at(writer.get(), buffer.data(), 1, 0), -EBADF);
    EXPECT_EQ(read_at(file.get(), buffer.data(), 16, 0), 0);
    const fd appender(open_file(at("a").c_str(), {.write = true, .append = true}));
    EXPECT_EQ(write_some(appender.get(), "12", 2), 2);
    EXPECT_EQ(write_some(appender.get(), "34", 2), 2);
    EXPECT_EQ(text_of("a"), "1234");
}

TEST_F(file_test, status_tells_what_is_there) {
    write_text("a", "12345");
    ASSERT_EQ(make_link("a", at("link").c_str()), 0);
    file_status s;
    ASSERT_EQ(status(at("a").c_str(), true, s), 0);
    EXPECT_EQ(s.type, file_type::regular);
    EXPECT_EQ(s.size, 5u);
    EXPECT_EQ(s.links, 1u);
    const std::uint64_t inode = s.inode;
    ASSERT_EQ(status(at("link").c_str(), true, s), 0);
    EXPECT_EQ(s.inode, inode);
    ASSERT_EQ(status(at("link").c_str(), false, s), 0);
    EXPECT_EQ(s.type, file_type::link);
    ASSERT_EQ(status(folder.c_str(), true, s), 0);
    EXPECT_EQ(s.type, file_type::directory);
    EXPECT_EQ(status(at("none").c_str(), true, s), -ENOENT);
    EXPECT_EQ(status(-1, s), -EBADF);
}

TEST_F(file_test, attributes_are_set) {
    const fd file(open_file(at("a").c_str(), {.write = true, .create = true}));
    const auto time = std::chrono::sys_time<std::chrono::nanoseconds>(
        std::chrono::nanoseconds(1'234'567'890'123'456'789));
    EXPECT_EQ(set_modified(file.get(), time), 0);
    EXPECT_EQ(set_mode(file.get(), 0640), 0);
    EXPECT_EQ(truncate(file.get(), 100), 0);
    file_status s;
    ASSERT_EQ(status(file.get(), s), 0);
    EXPECT_EQ(s.mode, 0640u);
    EXPECT_EQ(s.size, 100u);
    EXPECT_EQ(set_modified(file.get(), time), 0);
    ASSERT_EQ(status(file.get(), s), 0);
    EXPECT_EQ(s.modified, time);
    EXPECT_EQ(sync(file.get()), 0);
    EXPECT_EQ(sync_data(file.get()), 0);
}

TEST_F(file_test, reserving_leaves_the_length) {
    const fd file(open_file(at("a").c_str(), {.write = true, .create = true}));
    const int result = reserve(file.get(), 1 << 20);
    EXPECT_TRUE(result == 0 || result == -EOPNOTSUPP) << result;
    file_status s;
    ASSERT_EQ(status(file.get(), s), 0);
    EXPECT_EQ(s.size, 0u);
    if (result == 0) {
        EXPECT_GE(s.allocated, 1u << 20);
    }
    EXPECT_EQ(reserve(-1, 1), -EBADF);
}

TEST_F(file_test, reserving_says_what_cannot_be) {
    const fd file(open_file(at("a").c_str(), {.write = true, .create = true}));
    EXPECT_EQ(reserve(file.get(), 0), 0);   // an empty file has its room
    EXPECT_EQ(reserve(file.get(), std::uint64_t{1} << 63), -EFBIG);
    EXPECT_EQ(reserve(file.get(), ~std::uint64_t{0}), -EFBIG);
    const fd for_reading(open_file(at("a").c_str(), {}));
    EXPECT_EQ(reserve(for_reading.get(), 1), -EBADF);
    // What was there stays.
    EXPECT_EQ(write_at(file.get(), "12345", 5, 0), 5);
    const int result = reserve(file.get(), 1 << 16);
    EXPECT_TRUE(result == 0 || result == -EOPNOTSUPP) << result;
    EXPECT_EQ(text_of("a"), "12345");
}

TEST_F(file_test, rename_replaces_and_rename_no_replace_does_not) {
    write_text("a", "A");
    write_text("b", "B");
    EXPECT_EQ(rename_no_replace(at("a").c_str(), at("b").c_str()), -EEXIST);
    EXPECT_EQ(text_of("b"), "B");
    EXPECT_EQ(rename_no_replace(at("a").c_str(), at("c").c_str()), 0);
    EXPECT_EQ(text_of("c"), "A");
    EXPECT_EQ(rename(at("c").c_str(), at("b").c_str()), 0);
    EXPECT_EQ(text_of("b"), "A");
    EXPECT_EQ(rename(at("c").c_str(), at("b").c_str()), -ENOENT);
    EXPECT_EQ(rename_no_replace(at("c").c_str(), at("d").c_str()), -ENOENT);
}

TEST_F(file_test, directories) {
    EXPECT_EQ(make_directory(at("d").c_str()), 0);
    EXPECT_EQ(make_directory(at("d").c_str()), -EEXIST);
    write_text("d/x", "");
    ASSERT_EQ(make_link("x", at("d/l").c_str()), 0);
    ASSERT_EQ(make_directory(at("d/e").c_str()), 0);
    std::vector<directory_entry> entries;
    ASSERT_EQ(read_directory(at("d").c_str(), entries), 0);
    std::ranges::sort(entries, {}, &directory_entry::name);
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[0].name, "e");
    EXPECT_EQ(entries[0].type, file_type::directory);
    EXPECT_EQ(entries[1].type, file_type::link);
    EXPECT_EQ(entries[2].type, file_type::regular);
    EXPECT_EQ(read_directory(at("d").c_str(), entries, 2), -E2BIG);
    EXPECT_EQ(read_directory(at("none").c_str(), entries), -ENOENT);
    EXPECT_EQ(remove_directory(at("d").c_str()), -ENOTEMPTY);
    EXPECT_EQ(remove_file(at("d/x").c_str()), 0);
    EXPECT_EQ(remove_file(at("d/x").c_str()), -ENOENT);
    EXPECT_EQ(remove_directory(at("d/e").c_str()), 0);
}

TEST_F(file_test, space_and_place) {
    space room;
    ASSERT_EQ(free_space(folder.c_str(), room), 0);
    EXPECT_GT(room.capacity, 0u);
    EXPECT_LE(room.available, room.capacity);
    EXPECT_EQ(free_space(at("none").c_str(), room), -ENOENT);
    EXPECT_EQ(current_directory(), std::filesystem::current_path().string());
    advise_sequential(-1);   // best effort: no complaint
}

}  // namespace troika::os
