// SPDX-License-Identifier: MIT
#include <troika/proc/wire_reader.hpp>

#include "wire_harness.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include <unistd.h>

namespace troika {

using testing::bytes_of;
using testing::cut_source;
using testing::piece_sizes;

namespace {

std::string failure(auto&& function) {
    try {
        function();
    } catch (const wire_error& error) {
        return error.what();
    }
    return "no error";
}

std::vector<std::byte> numbers(std::uint8_t count) {
    std::vector<std::byte> all;
    for (std::uint8_t i = 0; i < count; ++i) all.push_back(static_cast<std::byte>(i));
    return all;
}

}  // namespace

TEST(wire_reader, reads_across_pieces_and_counts_what_is_left) {
    const std::vector<std::byte> message = numbers(100);
    for (std::size_t piece : piece_sizes) {
        cut_source source(message, piece);
        wire_reader reader(source, message.size());
        EXPECT_EQ(reader.remaining(), 100u);
        EXPECT_EQ(reader.get<std::uint8_t>(), 0);
        EXPECT_EQ(reader.get<std::uint32_t>(), 0x04030201u);
        EXPECT_EQ(reader.remaining(), 95u);
        reader.skip(15);
        std::array<std::byte, 60> some;
        reader.copy(some);
        EXPECT_EQ(some[0], std::byte{20});
        EXPECT_EQ(some[59], std::byte{79});
        EXPECT_EQ(reader.peek()[0], std::byte{80});
        EXPECT_LE(reader.peek().size(), 20u);
        reader.skip(20);
        EXPECT_EQ(reader.remaining(), 0u);
        reader.finish();
    }
}

TEST(wire_reader, a_message_ends_where_it_was_said_to) {
    const std::vector<std::byte> message = numbers(10);
    for (std::size_t piece : piece_sizes) {
        cut_source source(message, piece);
        wire_reader reader(source, 6);   // what follows belongs to the next message
        EXPECT_THAT(failure([&] { reader.finish(); }), ::testing::HasSubstr("6 bytes more"));
        (void)reader.get<std::uint32_t>();
        EXPECT_THAT(failure([&] { (void)reader.get<std::uint32_t>(); }),
                    ::testing::HasSubstr("4 more bytes were expected, 2 are left"));
        EXPECT_EQ(reader.get<std::uint16_t>(), 0x0504u);
        EXPECT_NE(failure([&] { (void)reader.peek(); }), "no error");
        EXPECT_NE(failure([&] { reader.skip(1); }), "no error");
        reader.finish();
    }
}

TEST(wire_reader, a_source_that_runs_dry_is_an_error) {
    const std::vector<std::byte> message = numbers(10);
    for (std::size_t piece : piece_sizes) {
        cut_source source(message, piece);
        wire_reader reader(source, 1000);
        EXPECT_THAT(failure([&] { reader.skip(500); }), ::testing::HasSubstr("cut short"));
        EXPECT_NE(failure([&] { (void)reader.get<std::uint8_t>(); }), "no error");
    }
}

TEST(wire_reader, lengths_are_compared_with_the_message) {
    for (std::uint64_t count : {std::uint64_t{9}, std::uint64_t{1} << 40,
                                std::numeric_limits<std::uint64_t>::max()}) {
        wire_writer writer;
        writer.put(count);
        writer.put(std::array<std::uint32_t, 8>{});
        const std::vector<std::byte> message = bytes_of(writer);
        memory_source source(message);
        wire_reader reader(source, message.size());
        EXPECT_THAT(failure([&] { (void)reader.length(4); }),
                    ::testing::HasSubstr("announces " + std::to_string(count) + " elements"));
    }
    wire_writer writer;
    writer.put(std::uint64_t{8});
    writer.put(std::array<std::uint32_t, 8>{});
    const std::vector<std::byte> message = bytes_of(writer);
    memory_source source(message);
    wire_reader reader(source, message.size());
    EXPECT_EQ(reader.length(4), 8u);
}

TEST(wire_reader, gives_descriptors_back_by_their_names) {
    const int fifth = ::dup(0);
    const int sixth = ::dup(0);
    std::array<received_attachment, 2> attachments{{{5, fifth}, {6, sixth}}};
    memory_source source({}, attachments);
    wire_reader reader(source, 0);
    EXPECT_EQ(reader.attachment(6).descriptor(), sixth);
    EXPECT_EQ(reader.attachment(5).release(), fifth);
    EXPECT_EQ(reader.attachment(5).descriptor(), -1);
    ::close(fifth);
    EXPECT_THAT(failure([&] { (void)reader.attachment(7); }),
                ::testing::HasSubstr("descriptor 7"));
    cut_source bare({}, 1);
    wire_reader without(bare, 0);
    EXPECT_NE(failure([&] { (void)without.attachment(1); }), "no error");
}

}  // namespace troika
