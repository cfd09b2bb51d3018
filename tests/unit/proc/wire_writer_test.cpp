// SPDX-License-Identifier: MIT
#include <troika/proc/wire_writer.hpp>

#include "wire_harness.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troika {

using testing::bytes_of;

TEST(wire_writer, small_things_are_one_segment_of_its_own) {
    wire_writer writer;
    EXPECT_EQ(writer.size(), 0u);
    EXPECT_TRUE(writer.segments().begin() == writer.segments().end());
    writer.put(std::uint32_t{7});
    writer.put(std::uint16_t{9});
    EXPECT_EQ(writer.size(), 6u);
    auto segment = writer.segments().begin();
    EXPECT_EQ((*segment).size(), 6u);
    // In the writer itself: nothing was allocated.
    const auto* begin = reinterpret_cast<const std::byte*>(&writer);
    EXPECT_GE((*segment).data(), begin);
    EXPECT_LE((*segment).data() + 6, begin + sizeof writer);
    ++segment;
    EXPECT_TRUE(segment == writer.segments().end());
}

TEST(wire_writer, the_buffer_grows_and_keeps_what_it_has) {
    wire_writer writer;
    for (std::uint32_t i = 0; i < 10'000; ++i) writer.put(i);
    const std::vector<std::byte> all = bytes_of(writer);
    ASSERT_EQ(all.size(), 40'000u);
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        std::uint32_t found = 0;
        std::memcpy(&found, all.data() + 4 * i, 4);
        ASSERT_EQ(found, i);
    }
}

TEST(wire_writer, large_ranges_are_referred_to_in_their_place) {
    const std::vector<std::byte> large(100'000, std::byte{5});
    wire_writer writer;
    writer.put('a');
    writer.reference(large);
    writer.put('b');
    writer.reference(std::span(large).first(1));
    writer.reference(std::span(large).last(2));
    std::vector<std::span<const std::byte>> segments;
    for (std::span<const std::byte> each : writer.segments()) segments.push_back(each);
    ASSERT_EQ(segments.size(), 5u);
    EXPECT_EQ(segments[0].size(), 1u);
    EXPECT_EQ(segments[1].data(), large.data());
    EXPECT_EQ(segments[1].size(), large.size());
    EXPECT_EQ(segments[2][0], std::byte{'b'});
    EXPECT_EQ(segments[3].size(), 1u);
    EXPECT_EQ(segments[4].size(), 2u);
    EXPECT_EQ(writer.size(), 1u + 100'000 + 1 + 1 + 2);
}

TEST(wire_writer, bulk_refers_from_a_size_on_and_aligns) {
    const std::vector<std::byte> large(wire_writer::reference_bytes_min);
    for (std::size_t before = 0; before < 130; ++before) {
        wire_writer writer;
        for (std::size_t i = 0; i < before; ++i) writer.put('x');
        writer.bulk(std::span(large).first(large.size() - 1));
        EXPECT_EQ(writer.size(), before + large.size() - 1);
        writer.bulk(large);
        std::size_t offset = 0;
        bool found = false;
        for (std::span<const std::byte> each : writer.segments()) {
            if (each.data() == large.data() && each.size() == large.size()) {
                found = true;
                EXPECT_EQ(offset % 64, 0u);
            }
            offset += each.size();
        }
        EXPECT_TRUE(found);
    }
}

TEST(wire_writer, copies_everything_where_values_do_not_last) {
    std::vector<std::byte> large(10'000, std::byte{1});
    wire_writer writer;
    {
        const wire_writer::copying all(writer);
        const wire_writer::copying within(writer);
        writer.bulk(large);
    }
    std::fill(large.begin(), large.end(), std::byte{2});
    EXPECT_EQ(bytes_of(writer).back(), std::byte{1});
    writer.bulk(large);
    EXPECT_EQ(bytes_of(writer).back(), std::byte{2});
}

TEST(wire_writer, forgets_all_when_cleared) {
    const std::vector<std::byte> large(10'000);
    wire_writer writer;
    writer.put(1);
    writer.bulk(large);
    writer.attach(7, 3);
    ASSERT_EQ(writer.attachments().size(), 1u);
    EXPECT_EQ(writer.attachments()[0].id, 7u);
    EXPECT_EQ(writer.attachments()[0].descriptor, 3);
    writer.clear();
    EXPECT_EQ(writer.size(), 0u);
    EXPECT_TRUE(writer.segments().begin() == writer.segments().end());
    EXPECT_TRUE(writer.attachments().empty());
    writer.put('z');
    EXPECT_EQ(bytes_of(writer), std::vector<std::byte>{std::byte{'z'}});
    for (int round = 0; round < 2; ++round) {
        writer.clear();
        writer.copy(std::vector<std::byte>(wire_writer::kept_bytes_max + 1, std::byte{1}));
        EXPECT_EQ(bytes_of(writer).size(), wire_writer::kept_bytes_max + 1);
    }
}

}  // namespace troika
