// SPDX-License-Identifier: MIT
#include <troika/core/cancel_scope.hpp>
#include <troika/fs/file.hpp>
#include <troika/fs/whole_file.hpp>
#include <troika/loop/event_loop.hpp>

#include "unit/fs/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <system_error>
#include <vector>

namespace troika {
namespace {

using testing_fs::scratch_directory;

std::span<std::byte> bytes_of(std::string& text) {
    return std::as_writable_bytes(std::span(text.data(), text.size()));
}

task<std::string> write_then_read(std::filesystem::path path) {
    const fs::open_options how{.write = true, .create = true, .exclusive = true};
    fs::file opened = co_await fs::open(path, how);
    co_await opened.write_at("world", 6);
    co_await opened.write_at("hello ", 0);
    co_await opened.sync();
    std::string content(100, '?');
    const std::size_t count = co_await opened.read_at(bytes_of(content), 0);
    content.resize(count);
    const fs::file_status found = co_await opened.status();
    EXPECT_EQ(found.size, 11u);
    co_await opened.close();
    EXPECT_FALSE(opened.is_open());
    co_return content;
}

TEST(File, ReadsAndWritesAtPlaces) {
    event_loop loop;
    const scratch_directory here;
    EXPECT_EQ(loop.run(write_then_read(here / "a")), "hello world");
}

task<void> read_past_the_end(std::filesystem::path path) {
    fs::file opened = co_await fs::open(path);
    std::string content(4, '?');
    std::size_t count = co_await opened.read_at(bytes_of(content), 3);
    EXPECT_EQ(count, 2u);
    EXPECT_EQ(content, "45??");
    count = co_await opened.read_at(bytes_of(content), 100);
    EXPECT_EQ(count, 0u);
    count = co_await opened.read_at({}, 0);
    EXPECT_EQ(count, 0u);
}

TEST(File, ReadsToTheEndAndNotBeyond) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "12345", {.sync = false}));
    loop.run(read_past_the_end(here / "a"));
}

task<void> change_size(std::filesystem::path path) {
    const fs::open_options how{.write = true, .create = true};
    fs::file opened = co_await fs::open(path, how);
    const bool reserved = co_await opened.reserve(1 << 16);
    const fs::file_status fresh = co_await opened.status();
    EXPECT_EQ(fresh.size, 0u);
    if (reserved) {
        EXPECT_GE(fresh.allocated, 1u << 16);
    }
    co_await opened.truncate(10);
    const fs::file_time time{std::chrono::seconds(1'000'000'000)};
    co_await opened.set_modified(time);
    const fs::file_status changed = co_await opened.status();
    EXPECT_EQ(changed.size, 10u);
    EXPECT_EQ(changed.modified, time);
}

TEST(File, ChangesItsSizeAndTime) {
    event_loop loop;
    const scratch_directory here;
    loop.run(change_size(here / "a"));
}

TEST(File, NamesOperationAndPathInErrors) {
    event_loop loop;
    const scratch_directory here;
    try {
        loop.run(fs::open(here / "missing"));
        FAIL() << "opened a fs::file that is not there";
    } catch (const std::system_error& e) {
        const std::string begin = "open " + (here / "missing").native();
        EXPECT_EQ(std::string(e.what()).find(begin), 0u) << e.what();
    }
}

task<void> write_unwritable(std::filesystem::path path) {
    fs::file opened = co_await fs::open(path);
    co_await opened.write_at("x", 0);
}

TEST(File, DoesNotWriteWhatWasOpenedForReading) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "1", {.sync = false}));
    try {
        loop.run(write_unwritable(here / "a"));
        FAIL() << "wrote to a fs::file that is open for reading";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::bad_file_descriptor);
        EXPECT_EQ(std::string(e.what()).find("write "), 0u) << e.what();
    }
}

task<int> count_refusals(std::filesystem::path path) {
    int refused = 0;
    const fs::open_options how{.write = true};
    fs::file opened = co_await fs::open(path, how);
    std::string content(1, '?');
    cancel_scope scope;
    scope.cancel();
    try {
        co_await opened.read_at(bytes_of(content), 0);
    } catch (const cancelled&) {
        ++refused;
    }
    try {
        co_await opened.write_at("x", 0);
    } catch (const cancelled&) {
        ++refused;
    }
    try {
        co_await opened.sync();
    } catch (const cancelled&) {
        ++refused;
    }
    try {
        co_await fs::write_file(path, "x");
    } catch (const cancelled&) {
        ++refused;
    }
    scope.leave();
    co_return refused;
}

TEST(File, TouchesNothingInACancelledScope) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "1", {.sync = false}));
    EXPECT_EQ(loop.run(count_refusals(here / "a")), 4);
    EXPECT_EQ(loop.run(fs::read_file(here / "a")), "1");
}

}  // namespace
}  // namespace troika
