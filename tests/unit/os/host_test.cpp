// SPDX-License-Identifier: MIT
#include "os/host.hpp"

#include "os/socket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace {

using namespace troika;

TEST(host, has_a_name_and_addresses) {
    EXPECT_FALSE(os::host_name().empty());
    const auto all = os::own_addresses();
    ASSERT_FALSE(all.empty());
    EXPECT_TRUE(std::ranges::all_of(all, [](const socket_address& each) {
        return os::port_of(each) == 0 && os::family_of(each).has_value();
    }));
    // Loopback is there, and after all others.
    const auto is_loopback = [](const socket_address& each) {
        return os::format_host(each).starts_with("127.") || os::format_host(each) == "::1";
    };
    EXPECT_TRUE(is_loopback(all.back()));
    EXPECT_TRUE(std::ranges::is_partitioned(all, [&](const socket_address& each) {
        return !is_loopback(each);
    }));
}

TEST(host, knows_the_program) {
    EXPECT_EQ(std::filesystem::path(os::program_file()).filename(), "unit_os");
    const auto words = os::command_line();
    ASSERT_FALSE(words.empty());
    EXPECT_TRUE(words.front().ends_with("unit_os"));
}

}  // namespace
