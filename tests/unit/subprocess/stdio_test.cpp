// SPDX-License-Identifier: MIT
#include <troika/subprocess/stdio.hpp>

#include <gtest/gtest.h>

#include <type_traits>

namespace troika::subprocess {
namespace {

TEST(Stdio, NamesWhatAStreamIs) {
    constexpr stdio pipe = stdio::pipe;
    EXPECT_EQ(pipe.what(), stdio::kind::pipe);
    EXPECT_EQ(stdio::inherit.what(), stdio::kind::inherit);
    EXPECT_NE(stdio::null, stdio::pipe);
    constexpr stdio log = stdio::append("log");
    EXPECT_EQ(log.what(), stdio::kind::append);
    EXPECT_EQ(log.path(), "log");
    EXPECT_NE(log, stdio::file("log"));
    EXPECT_EQ(stdio::descriptor(7).number(), 7);
    static_assert(std::is_trivially_copyable_v<stdio>);
}

}  // namespace
}  // namespace troika::subprocess
