// SPDX-License-Identifier: MIT
#include "os/memory_file.hpp"

#include "os/fd.hpp"
#include "os/memory_map.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace troika::os {

TEST(memory_file, is_shared_and_cannot_change_its_size) {
    const fd file(create_memory_file("test", 8192));
    ASSERT_GE(file.get(), 0);
    EXPECT_EQ(size_of_memory_file(file.get()), 8192);
    EXPECT_LT(::ftruncate(file.get(), 4096), 0);
    EXPECT_LT(::ftruncate(file.get(), 16384), 0);
    memory_map one;
    memory_map other;
    ASSERT_EQ(one.map_shared(file.get(), 8192, 0, map_access::read_write), 0);
    ASSERT_EQ(other.map_shared(file.get(), 8192, 0, map_access::read), 0);
    one.data()[5000] = std::byte{7};
    EXPECT_EQ(other.data()[5000], std::byte{7});
    EXPECT_EQ(other.data()[0], std::byte{0});
}

TEST(memory_file, other_descriptors_are_told_from_it) {
    int ends[2];
    ASSERT_EQ(open_pipe(ends, false), 0);
    const fd in(ends[0]);
    const fd out(ends[1]);
    EXPECT_LT(size_of_memory_file(in.get()), 0);
    EXPECT_EQ(size_of_memory_file(-1), -EBADF);
}

TEST(memory_file, a_size_that_is_too_much_is_an_error) {
    EXPECT_LT(create_memory_file("test", ~std::size_t{0}), 0);
}

TEST(memory_map, mirrored_memory_follows_itself) {
    const fd file(create_memory_file("test", 3 * 4096));
    memory_map ring;
    ASSERT_EQ(ring.map_mirrored(file.get(), 2 * 4096, 4096), 0);
    EXPECT_EQ(ring.size(), 4U * 4096);
    std::memcpy(ring.data() + 2 * 4096 - 3, "across", 6);
    EXPECT_EQ(std::memcmp(ring.data(), "oss", 3), 0);
    EXPECT_EQ(std::memcmp(ring.data() + 2 * 4096, "oss", 3), 0);
    memory_map whole;
    ASSERT_EQ(whole.map_shared(file.get(), 3 * 4096, 0, map_access::read), 0);
    EXPECT_EQ(std::memcmp(whole.data() + 4096, "oss", 3), 0);
    EXPECT_LT(ring.map_mirrored(-1, 4096, 0), 0);
    EXPECT_TRUE(ring);   // an error changes nothing
}

}  // namespace troika::os
