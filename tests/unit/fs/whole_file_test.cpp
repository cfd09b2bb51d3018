// SPDX-License-Identifier: MIT
#include <troika/fs/directory.hpp>
#include <troika/fs/whole_file.hpp>
#include <troika/loop/event_loop.hpp>

#include "unit/fs/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <vector>

namespace troika {
namespace {

using testing_fs::scratch_directory;

TEST(WholeFile, ReadsWhatWasWritten) {
    event_loop loop;
    const scratch_directory here;
    const std::string content(100'000, 'x');
    loop.run(fs::write_file(here / "a", content));
    EXPECT_EQ(loop.run(fs::read_file(here / "a")), content);
}

TEST(WholeFile, ReplacesAndLeavesNothingElse) {
    event_loop loop;
    const scratch_directory here;
    const fs::write_options quickly{.sync = false};
    loop.run(fs::write_file(here / "a", "old", quickly));
    loop.run(fs::write_file(here / "a", "new", quickly));
    EXPECT_EQ(loop.run(fs::read_file(here / "a")), "new");
    const std::vector<fs::directory_entry> entries = loop.run(fs::list_directory(here.path()));
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries.front().name, "a");
}

TEST(WholeFile, KeepsThePermissionsOfWhatItReplaces) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "old", {.mode = 0640}));
    loop.run(fs::write_file(here / "a", "new", {.mode = 0600}));
    const std::optional<fs::file_status> found = loop.run(fs::status(here / "a"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->mode, 0640u);
}

TEST(WholeFile, TakesTheLongestName) {
    event_loop loop;
    const scratch_directory here;
    const std::string name(255, 'n');
    loop.run(fs::write_file(here / name, "content", {.sync = false}));
    EXPECT_EQ(loop.run(fs::read_file(here / name)), "content");
}

TEST(WholeFile, RefusesWhatIsLargerThanAllowed) {
    event_loop loop;
    const scratch_directory here;
    loop.run(fs::write_file(here / "a", "12345", {.sync = false}));
    EXPECT_EQ(loop.run(fs::read_file(here / "a", 5)), "12345");
    try {
        loop.run(fs::read_file(here / "a", 4));
        FAIL() << "read more than allowed";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::file_too_large);
        EXPECT_NE(std::string(e.what()).find((here / "a").native()), std::string::npos) << e.what();
    }
}

TEST(WholeFile, ReadsFilesThatDoNotTellTheirSize) {
    event_loop loop;
    const std::string status = loop.run(fs::read_file("/proc/self/status"));
    EXPECT_NE(status.find("VmPeak"), std::string::npos);
}

TEST(WholeFile, NamesWhatIsMissing) {
    event_loop loop;
    const scratch_directory here;
    try {
        loop.run(fs::read_file(here / "missing"));
        FAIL() << "read a fs::file that is not there";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
        const std::string begin = "open " + (here / "missing").native();
        EXPECT_EQ(std::string(e.what()).find(begin), 0u) << e.what();
    }
}

TEST(WholeFile, LeavesTheOldContentWhenItCannotWrite) {
    event_loop loop;
    const scratch_directory here;
    EXPECT_THROW(loop.run(fs::write_file(here / "no/such/place", "x")), std::system_error);
    EXPECT_THROW(loop.run(fs::write_file(here.path(), "x")), std::system_error);
    EXPECT_TRUE(loop.run(fs::list_directory(here.path())).empty());
}

TEST(WholeFile, WritesToADeviceInPlace) {
    event_loop loop;
    loop.run(fs::write_file("/dev/null", "gone"));
    const std::optional<fs::file_status> found = loop.run(fs::status("/dev/null"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->type, fs::file_type::device);
}

}  // namespace
}  // namespace troika
