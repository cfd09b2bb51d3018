// SPDX-License-Identifier: MIT
// What every stream does, whatever carries it: reading and writing.
#include "conformance/stream_fixture.hpp"

#include <troika/io/errors.hpp>
#include <troika/tasks/gather.hpp>

#include <array>
#include <vector>

namespace troika::testing_streams {
namespace {

class Stream : public stream_fixture {};

INSTANTIATE_TEST_SUITE_P(Carriers, Stream,
                         ::testing::Values("memory", "pair", "tcp", "unix", "sim-memory",
                                           "sim-pair", "sim-tcp", "sim-tcp6", "sim-unix",
                                           "tls-memory", "tls-tcp", "sim-tls-tcp"),
                         name_of_carrier);

task<std::string> read_bytes(net::stream& from, std::size_t count) {
    std::string text(count, '?');
    co_await from.read_exactly(bytes_of(text));
    co_return text;
}

task<void> say(net::stream& to, std::string text) {
    co_await to.write_all(text);
}

task<void> carries_both_ways(connection c) {
    co_await c.left.write_all("ping");
    std::string heard = co_await read_bytes(c.right, 4);
    EXPECT_EQ(heard, "ping");
    co_await c.right.write_all("pong!");
    heard = co_await read_bytes(c.left, 5);
    EXPECT_EQ(heard, "pong!");
}
TEST_P(Stream, CarriesBothWays) { run(carries_both_ways); }

task<void> reads_what_is_there(connection c) {
    co_await c.left.write_all("abc");
    std::array<std::byte, 100> buffer;
    std::string heard;
    while (heard.size() < 3) {
        const std::size_t n = co_await c.right.read_some(buffer);
        EXPECT_GT(n, 0u);
        heard.append(reinterpret_cast<const char*>(buffer.data()), n);
    }
    EXPECT_EQ(heard, "abc");
}
TEST_P(Stream, ReadsWhatIsThere) { run(reads_what_is_there); }

task<void> ends_one_direction(connection c) {
    co_await c.left.write_all("last words");
    co_await c.left.close_write();
    const std::string heard = co_await c.right.read_all(100);
    EXPECT_EQ(heard, "last words");
    std::array<std::byte, 10> buffer;
    for (int again = 0; again < 2; ++again) {
        const std::size_t n = co_await c.right.read_some(buffer);
        EXPECT_EQ(n, 0u);
    }
    co_await c.right.write_all("answer");
    c.right.close();
    const std::string answer = co_await c.left.read_all(100);
    EXPECT_EQ(answer, "answer");
}
TEST_P(Stream, EndsOneDirectionAndKeepsTheOther) { run(ends_one_direction); }

task<void> send_and_end(net::stream& to, std::string_view text) {
    co_await to.write_all(text);
    co_await to.close_write();
}

task<void> carries_megabytes(connection c) {
    const std::string there = pattern(3'000'000, 1);
    const std::string back = pattern(2'000'000, 2);
    auto heard =
        co_await gather(send_and_end(c.left, there), send_and_end(c.right, back),
                        c.left.read_all(back.size()), c.right.read_all(there.size()));
    EXPECT_TRUE(std::get<2>(heard) == back);
    EXPECT_TRUE(std::get<3>(heard) == there);
}
TEST_P(Stream, CarriesMegabytesBothWaysAtOnce) { run(carries_megabytes); }

task<void> holds_the_writer_back(connection c) {
    const std::string much = pattern(16'000'000);
    task_owner& roots = event_loop::current().roots();
    const future<void> written = roots.start(send_and_end(c.left, much));
    co_await let_others_run();
    EXPECT_FALSE(written.done());
    EXPECT_EQ(c.left.buffered().size(), 0u);
    std::string heard(much.size(), '?');
    co_await c.right.read_exactly(bytes_of(heard));
    EXPECT_TRUE(heard == much);
    co_await written;
}
TEST_P(Stream, HoldsAWriterBackWhoseReaderSleeps) { run(holds_the_writer_back); }

task<void> write_slowly(net::stream& to, std::string text) {
    for (const char& c : text) {
        co_await to.write_all(std::string_view(&c, 1));
        co_await yield_now();
    }
}

task<void> finds_delimiters(connection c) {
    const future<void> written = event_loop::current().roots().start(
        write_slowly(c.left, "one\r\ntwo\r\r\n\r\nrest"));
    for (const std::string_view expected : {"one\r\n", "two\r\r\n", "\r\n"}) {
        const std::string line = co_await c.right.read_until("\r\n");
        EXPECT_EQ(line, expected);
    }
    co_await written;
    const std::string rest = co_await read_bytes(c.right, 4);
    EXPECT_EQ(rest, "rest");
}
TEST_P(Stream, FindsDelimitersThatComeInPieces) { run(finds_delimiters); }

task<void> keeps_what_is_too_long(connection c) {
    co_await c.left.write_all("12345678;9");
    co_await c.left.close_write();
    bool refused = false;
    try {
        co_await c.right.read_until(";", 8);
    } catch (const limit_overrun& e) {
        refused = true;
        EXPECT_EQ(e.limit(), 8u);
    }
    EXPECT_TRUE(refused);
    const std::string all = co_await c.right.read_until(";", 9);
    EXPECT_EQ(all, "12345678;");
    refused = false;
    try {
        co_await c.right.read_until(";");
    } catch (const incomplete_read& e) {
        refused = true;
        EXPECT_EQ(e.partial(), "9");
    }
    EXPECT_TRUE(refused);
}
TEST_P(Stream, KeepsWhatIsTooLongAndGivesWhatIsTooShort) { run(keeps_what_is_too_long); }

task<void> bounds_a_flood(connection c) {
    const std::string flood(10'000'000, 'x');
    const future<void> written = event_loop::current().roots().start(say(c.left, flood));
    bool refused = false;
    try {
        co_await c.right.read_line();
    } catch (const limit_overrun&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
    EXPECT_LE(c.right.buffered().size(), net::stream::read_ahead_max);
    written.cancel();
    c.right.close();
    bool ended = false;
    try {
        co_await written;
    } catch (const cancelled&) {
        ended = true;
    } catch (const std::system_error&) {
        ended = true;   // the close came first
    }
    EXPECT_TRUE(ended);
}
TEST_P(Stream, KeepsLittleOfAFloodWithoutEnd) { run(bounds_a_flood); }

task<void> reads_lines(connection c) {
    co_await c.left.write_all("first\nsecond\r\n\n\r\nlast\r");
    co_await c.left.close_write();
    std::vector<std::string> lines;
    while (std::optional<std::string> line = co_await c.right.read_line())
        lines.push_back(std::move(*line));
    EXPECT_EQ(lines, (std::vector<std::string>{"first", "second", "", "", "last\r"}));
}
TEST_P(Stream, ReadsLines) { run(reads_lines); }

task<std::string> partial_of(net::stream& from, std::size_t wanted) {
    std::string into(wanted, '?');
    try {
        co_await from.read_exactly(bytes_of(into));
    } catch (const incomplete_read& e) {
        co_return e.partial();
    }
    co_return "all was there";
}

task<void> gives_a_short_end(connection c) {
    co_await c.left.write_all("short");
    co_await c.left.close_write();
    std::string partial = co_await partial_of(c.right, 10);
    EXPECT_EQ(partial, "short");
    partial = co_await partial_of(c.right, 10);
    EXPECT_EQ(partial, "");
    const std::string half = pattern(400'000);
    const future<void> written = event_loop::current().roots().start(send_and_end(c.right, half));
    partial = co_await partial_of(c.left, 1'000'000);
    EXPECT_TRUE(partial == half);
    co_await written;
}
TEST_P(Stream, GivesWhatThereWasWhenTheEndComesTooEarly) { run(gives_a_short_end); }

task<void> send_owned(net::stream& to, std::string text) {
    co_await to.write_all(text);
    co_await to.close_write();
}
task<void> reads_large_pieces(connection c) {
    const std::string body = pattern(500'000);
    const future<void> written =
        event_loop::current().roots().start(send_owned(c.left, "head\n" + body + "tail\n"));
    const std::optional<std::string> head = co_await c.right.read_line();
    EXPECT_EQ(head, "head");
    std::string heard(body.size(), '?');
    co_await c.right.read_exactly(bytes_of(heard));
    EXPECT_TRUE(heard == body);
    const std::optional<std::string> tail = co_await c.right.read_line();
    EXPECT_EQ(tail, "tail");
    co_await written;
}
TEST_P(Stream, MixesLinesAndLargePieces) { run(reads_large_pieces); }

task<void> refuses_more_than_allowed(connection c) {
    co_await c.left.write_all("12345");
    co_await c.left.close_write();
    bool refused = false;
    try {
        co_await c.right.read_all(4);
    } catch (const limit_overrun&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
    const std::string all = co_await c.right.read_all(5);
    EXPECT_EQ(all, "12345");
}
TEST_P(Stream, RefusesToReadAllOfTooMuch) { run(refuses_more_than_allowed); }

task<void> serves_parsers(connection c) {
    co_await c.left.write_all("abcdef");
    while (c.right.buffered().size() < 6) co_await c.right.fill();
    EXPECT_EQ(c.right.buffered(), "abcdef");
    c.right.consume(2);
    EXPECT_EQ(c.right.buffered(), "cdef");
    const std::string middle = co_await read_bytes(c.right, 3);
    EXPECT_EQ(middle, "cde");
    bool refused = false;
    try {
        co_await c.right.fill(1);
    } catch (const limit_overrun&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
    c.right.consume(1);
    c.right.release_buffer();
    co_await c.left.close_write();
    const std::size_t n = co_await c.right.fill();
    EXPECT_EQ(n, 0u);
}
TEST_P(Stream, ServesParsers) { run(serves_parsers); }

task<void> waits_until_readable(connection c) {
    const future<void> later = event_loop::current().roots().start(write_slowly(c.left, "x"));
    co_await c.right.wait_readable();
    co_await c.right.fill();
    co_await c.right.wait_readable();   // at once: it has been read ahead
    c.right.consume(1);
    co_await c.left.close_write();
    co_await c.right.wait_readable();   // the end counts, too
    std::array<std::byte, 1> buffer;
    const std::size_t n = co_await c.right.read_some(buffer);
    EXPECT_EQ(n, 0u);
    co_await later;
}
TEST_P(Stream, WaitsUntilReadable) { run(waits_until_readable); }

}  // namespace
}  // namespace troika::testing_streams
