// SPDX-License-Identifier: MIT
#include "tls/record_buffers.hpp"

#include <gtest/gtest.h>

namespace troika::tls {
namespace {

TEST(RecordBuffers, AreSmallerTheMoreConnectionsThereAre) {
    event_loop loop;
    record_buffers buffers(loop);
    buffers.add_connection();
    EXPECT_EQ(buffers.take().bytes().size(), record_buffers::size_max);
    for (int i = 1; i < 1000; ++i) buffers.add_connection();
    EXPECT_EQ(buffers.size(), 16u * 1024);
    for (int i = 1000; i < 100'000; ++i) buffers.add_connection();
    EXPECT_EQ(buffers.take().bytes().size(), record_buffers::size_min);
    for (int i = 0; i < 100'000; ++i) buffers.remove_connection();
    EXPECT_EQ(buffers.size(), record_buffers::size_max);
}

TEST(RecordBuffers, UsesMemoryAgain) {
    event_loop loop;
    record_buffers buffers(loop);
    record_buffers::buffer one = buffers.take();
    const std::byte* memory = one.bytes().data();
    one.reset();
    EXPECT_TRUE(one.empty());
    record_buffers::buffer again = buffers.take();
    EXPECT_EQ(again.bytes().data(), memory);
    record_buffers::buffer moved = std::move(again);
    EXPECT_EQ(moved.bytes().data(), memory);
}

}  // namespace
}  // namespace troika::tls
