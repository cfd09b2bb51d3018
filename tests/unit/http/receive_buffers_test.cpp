// SPDX-License-Identifier: MIT
#include "http/receive_buffers.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace troika::http {
namespace {

TEST(ReceiveBuffers, ShareWhatThereIs) {
    receive_buffers all(16 << 20);
    all.set_users(1);
    EXPECT_EQ(all.fair_size(), receive_buffers::size_max);
    all.set_users(1000);
    EXPECT_EQ(all.fair_size(), 16u * 1024);
    all.set_users(1'000'000);
    EXPECT_EQ(all.fair_size(), receive_buffers::size_min);
    all.set_users(0);
    EXPECT_EQ(all.fair_size(), receive_buffers::size_max);
}

TEST(ReceiveBuffers, AreUsedAgain) {
    receive_buffers all(16 << 20);
    receive_buffer first = all.take_small();
    const std::byte* const memory = first.data();
    EXPECT_EQ(first.size(), receive_buffers::size_min);
    EXPECT_EQ(all.bytes_in_use(), receive_buffers::size_min);
    first.reset();
    EXPECT_EQ(all.bytes_in_use(), 0u);
    EXPECT_EQ(all.bytes_kept(), receive_buffers::size_min);
    const receive_buffer second = all.take_small();
    EXPECT_EQ(second.data(), memory);
    EXPECT_EQ(all.bytes_kept(), 0u);
}

TEST(ReceiveBuffers, KeepNoMoreThanTheLimit) {
    receive_buffers all(64 * 1024);
    std::vector<receive_buffer> many;
    for (int i = 0; i < 20; ++i) many.push_back(all.take_small());
    EXPECT_EQ(all.bytes_in_use(), 20 * receive_buffers::size_min);
    many.clear();
    EXPECT_EQ(all.bytes_in_use(), 0u);
    EXPECT_LE(all.bytes_kept(), 64u * 1024);
    // What is kept in one size makes room for another.
    all.set_users(1);
    receive_buffer large = all.take_fair();
    EXPECT_EQ(large.size(), 64u * 1024);
    EXPECT_EQ(all.bytes_kept(), 0u);
}

}  // namespace
}  // namespace troika::http
