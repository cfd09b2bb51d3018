// SPDX-License-Identifier: MIT
#include <troika/core/recycler.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace troika::impl {
namespace {

TEST(Recycler, GivesAlignedBlocksThatDoNotOverlap) {
    struct block {
        void* memory;
        std::size_t bytes;
    };
    std::vector<block> blocks;
    for (std::size_t bytes = 1; bytes <= 2 * recycled_bytes_max; bytes += 37) {
        void* memory = allocate(bytes);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 16, 0u);
        std::memset(memory, static_cast<int>(bytes % 251), bytes);
        blocks.push_back({memory, bytes});
    }
    for (const block& each : blocks) {
        const auto* bytes = static_cast<const unsigned char*>(each.memory);
        for (std::size_t i = 0; i < each.bytes; ++i) ASSERT_EQ(bytes[i], each.bytes % 251);
        deallocate(each.memory, each.bytes);
    }
}

TEST(Recycler, UsesABlockAgain) {
    if (!recycling) return;   // an address sanitizer watches the heap's blocks instead
    void* first = allocate(100);
    deallocate(first, 100);
    void* second = allocate(97);   // of the same size class
    EXPECT_EQ(first, second);
    deallocate(second, 97);
}

TEST(Recycler, ManyBlocksComeBack) {
    constexpr std::size_t count = 3 * recycled_blocks_max;
    for (int round = 0; round < 3; ++round) {
        std::set<void*> blocks;
        for (std::size_t i = 0; i < count; ++i) blocks.insert(allocate(48));
        EXPECT_EQ(blocks.size(), count);
        for (void* each : blocks) deallocate(each, 48);
    }
}

TEST(Recycler, BlocksMayBeGivenBackOnAnotherThread) {
    for (int round = 0; round < 20; ++round) {
        std::vector<void*> blocks;
        std::thread maker([&] {
            for (int i = 0; i < 5000; ++i) {
                blocks.push_back(allocate(64));
                std::memset(blocks.back(), round, 64);
            }
        });
        maker.join();
        for (void* each : blocks) deallocate(each, 64);
    }
}

}  // namespace
}  // namespace troika::impl
