// SPDX-License-Identifier: MIT
#include "os/memory_map.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace troika::os {

TEST(memory_map, private_memory_is_zero_and_ours) {
    memory_map map;
    EXPECT_FALSE(map);
    ASSERT_EQ(map.map_private(10'000), 0);
    EXPECT_EQ(map.size(), 10'000u);
    EXPECT_EQ(map.data()[9'999], std::byte{0});
    map.data()[9'999] = std::byte{1};
    EXPECT_EQ(map.exclude_from_fork(), 0);
    memory_map moved = std::move(map);
    EXPECT_FALSE(map);
    EXPECT_EQ(moved.data()[9'999], std::byte{1});
    moved.reset();
    EXPECT_FALSE(moved);
}

TEST(memory_map, two_maps_of_one_file_share_its_bytes) {
    const fd file(::memfd_create("test", MFD_CLOEXEC));
    ASSERT_EQ(::ftruncate(file.get(), 8192), 0);
    memory_map writer;
    memory_map reader;
    ASSERT_EQ(writer.map_shared(file.get(), 8192, 0, map_access::read_write), 0);
    ASSERT_EQ(reader.map_shared(file.get(), 4096, 4096, map_access::read), 0);
    std::memcpy(writer.data() + 4096, "hello", 5);
    EXPECT_EQ(std::memcmp(reader.data(), "hello", 5), 0);
}

TEST(memory_map, a_failure_leaves_the_old_map) {
    memory_map map;
    ASSERT_EQ(map.map_private(100), 0);
    const std::byte* before = map.data();
    EXPECT_EQ(map.map_shared(-1, 4096, 0, map_access::read), -EBADF);
    EXPECT_EQ(map.data(), before);
}

}  // namespace troika::os
