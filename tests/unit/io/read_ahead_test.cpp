// SPDX-License-Identifier: MIT
#include "io/read_ahead.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace troika::io {
namespace {

void receive(read_ahead& into, std::string_view bytes) {
    into.make_room(bytes.size());
    std::memcpy(into.room().data(), bytes.data(), bytes.size());
    into.commit(bytes.size());
}
void put_back(read_ahead& into, std::string_view bytes) {
    into.put_back(std::as_bytes(std::span(bytes.data(), bytes.size())));
}
std::string take(read_ahead& from, std::size_t count) {
    std::string text(count, '?');
    text.resize(from.take(std::as_writable_bytes(std::span(text.data(), count))));
    return text;
}

TEST(ReadAhead, HasNoMemoryUntilItIsNeeded) {
    read_ahead ahead;
    EXPECT_EQ(ahead.room().size(), 0u);
    EXPECT_EQ(take(ahead, 5), "");
    ahead.make_room(1);
    EXPECT_EQ(ahead.room().size(), read_ahead::capacity_min);
    ahead.release();
    EXPECT_EQ(ahead.room().size(), 0u);
}

TEST(ReadAhead, GivesBytesInOrder) {
    read_ahead ahead;
    receive(ahead, "hello ");
    receive(ahead, "world");
    EXPECT_EQ(ahead.view(), "hello world");
    EXPECT_EQ(take(ahead, 6), "hello ");
    ahead.consume(1);
    EXPECT_EQ(take(ahead, 100), "orld");
    EXPECT_TRUE(ahead.empty());
}

TEST(ReadAhead, KeepsBytesWhenItGrowsAndMoves) {
    read_ahead ahead;
    std::string expected;
    for (int i = 0; i < 3000; ++i) {
        const std::string piece = std::to_string(i) + ",";
        receive(ahead, piece);
        expected += piece;
        if (i % 3 == 0) {
            EXPECT_EQ(take(ahead, 3), expected.substr(0, 3));
            expected.erase(0, 3);
        }
    }
    EXPECT_EQ(ahead.view(), expected);
}

TEST(ReadAhead, ReusesTheRoomOfWhatWasTaken) {
    read_ahead ahead;
    const std::string piece(1000, 'x');
    for (int i = 0; i < 1000; ++i) {
        receive(ahead, piece);
        ahead.consume(1000);
    }
    receive(ahead, "x");
    EXPECT_EQ(ahead.room().size(), read_ahead::capacity_min - 1);
}

TEST(ReadAhead, TakesBytesBackInFront) {
    read_ahead ahead;
    put_back(ahead, "b");
    receive(ahead, "c");
    put_back(ahead, "a");
    EXPECT_EQ(ahead.view(), "abc");
    EXPECT_EQ(take(ahead, 2), "ab");
    put_back(ahead, "AB");
    EXPECT_EQ(ahead.view(), "ABc");
    const std::string large(10'000, 'x');
    put_back(ahead, large);
    EXPECT_EQ(ahead.view(), large + "ABc");
    receive(ahead, "d");
    EXPECT_TRUE(ahead.view().ends_with("ABcd"));
}

}  // namespace
}  // namespace troika::io
