// SPDX-License-Identifier: MIT
#include <troika/fs/status.hpp>

#include <troika/fs/whole_file.hpp>
#include <troika/loop/event_loop.hpp>

#include "unit/fs/scratch_directory.hpp"

#include <gtest/gtest.h>

namespace troika {
namespace {

using testing_fs::scratch_directory;

task<void> look(std::filesystem::path folder) {
    co_await fs::write_file(folder / "a", "hello");
    const auto file = co_await fs::status(folder / "a");
    EXPECT_TRUE(file.has_value());
    if (!file) co_return;
    EXPECT_EQ(file->type, fs::file_type::regular);
    EXPECT_EQ(file->size, 5u);
    EXPECT_EQ(file->links, 1u);
    const auto directory = co_await fs::status(folder);
    EXPECT_TRUE(directory && directory->type == fs::file_type::directory);
    const auto nothing = co_await fs::status(folder / "b");
    EXPECT_FALSE(nothing.has_value());
}

TEST(Status, TellsWhatStandsAtAPath) {
    event_loop loop;
    const scratch_directory here;
    loop.run(look(here / ""));
}

task<fs::space_info> space_of(std::filesystem::path folder) {
    const fs::space_info found = co_await fs::space(folder);
    co_return found;
}

TEST(Status, TellsTheSpaceThatIsLeft) {
    event_loop loop;
    const scratch_directory here;
    const fs::space_info found = loop.run(space_of(here / ""));
    EXPECT_GT(found.capacity, 0u);
    EXPECT_LE(found.available, found.capacity);
}

}  // namespace
}  // namespace troika
