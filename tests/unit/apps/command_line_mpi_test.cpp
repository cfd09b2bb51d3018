// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_mpi.hpp"

#include "apps/troika/command_line.hpp"

#include <gtest/gtest.h>

#include <variant>
#include <vector>

namespace troika::apps {
namespace {

bool wants(std::vector<const char*> words) {
    words.insert(words.begin(), "troika");
    return wants_mpi(static_cast<int>(words.size()), words.data());
}

template <class Command>
bool said(std::vector<const char*> words) {
    words.insert(words.begin(), "troika");
    const command made = parse_command_line(static_cast<int>(words.size()), words.data());
    return std::get<Command>(made).mpi;
}

TEST(CommandLineMpi, IsWantedByTheCommandsThatHaveIt) {
    EXPECT_TRUE(wants({"get", "--mpi", "-i", "list"}));
    EXPECT_TRUE(wants({"get", "http://host/", "--mpi"}));
    EXPECT_TRUE(wants({"compare", "cpu", "--mpi"}));
    EXPECT_FALSE(wants({"get", "http://host/"}));
    EXPECT_FALSE(wants({"get", "--", "--mpi"}));
    EXPECT_FALSE(wants({"map", "echo", "--mpi"}));
    EXPECT_FALSE(wants({"--mpi"}));
    EXPECT_FALSE(wants({"--mpi", "get"}));
    EXPECT_FALSE(wants({}));
}

TEST(CommandLineMpi, IsRead) {
    EXPECT_TRUE(said<get_command>({"get", "--mpi", "http://host/"}));
    EXPECT_FALSE(said<get_command>({"get", "http://host/"}));
    EXPECT_TRUE(said<compare_command>({"compare", "--mpi"}));
    EXPECT_FALSE(said<compare_command>({"compare"}));
}

}  // namespace
}  // namespace troika::apps
