// SPDX-License-Identifier: MIT
// What every stream does, whatever carries it: cancelling, closing, failing.
#include "conformance/stream_fixture.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/tasks/as_result.hpp>

#include <array>
#include <system_error>

namespace troika::testing_streams {
namespace {

class StreamEnd : public stream_fixture {};

INSTANTIATE_TEST_SUITE_P(Carriers, StreamEnd,
                         ::testing::Values("memory", "pair", "tcp", "unix", "sim-memory",
                                           "sim-pair", "sim-tcp", "sim-tcp6", "sim-unix",
                                           "tls-memory", "tls-tcp", "sim-tls-tcp"),
                         name_of_carrier);

template <class T>
future<T> start(task<T> work) {
    return event_loop::current().roots().start(std::move(work));
}

task<bool> ends_cancelled(future<void> work) {
    work.cancel();
    try {
        co_await work;
    } catch (const cancelled&) {
        co_return true;
    }
    co_return false;
}

task<void> read_some_into(net::stream& from, std::string& into) {
    const std::size_t n = co_await from.read_some(bytes_of(into));
    into.resize(n);
}
task<void> read_exactly_into(net::stream& from, std::string& into) {
    co_await from.read_exactly(bytes_of(into));
}
task<void> read_line_into(net::stream& from, std::string& into) {
    std::optional<std::string> line = co_await from.read_line();
    into = std::move(line).value_or("the end");
}
task<void> wait_for(net::stream& from) { co_await from.wait_readable(); }

task<void> loses_nothing(connection c) {
    std::string some(10, '?');
    std::string small(10, '?');
    std::string large(100'000, '?');
    std::string line;
    bool stopped = co_await ends_cancelled(start(read_some_into(c.right, some)));
    EXPECT_TRUE(stopped);
    const future<void> reading_some = start(read_some_into(c.right, some));
    co_await let_others_run();
    stopped = co_await ends_cancelled(reading_some);
    EXPECT_TRUE(stopped);

    co_await c.left.write_all("12345");
    const future<void> reading_small = start(read_exactly_into(c.right, small));
    co_await let_others_run();
    stopped = co_await ends_cancelled(reading_small);
    EXPECT_TRUE(stopped);

    co_await c.left.write_all("678");
    const future<void> reading_large = start(read_exactly_into(c.right, large));
    co_await let_others_run();
    stopped = co_await ends_cancelled(reading_large);
    EXPECT_TRUE(stopped);

    const future<void> reading_line = start(read_line_into(c.right, line));
    co_await let_others_run();
    stopped = co_await ends_cancelled(reading_line);
    EXPECT_TRUE(stopped);

    co_await c.left.write_all("9\n");
    co_await read_line_into(c.right, line);
    EXPECT_EQ(line, "123456789");
}
TEST_P(StreamEnd, LosesNothingWhenReadsAreCancelled) { run(loses_nothing); }

task<void> stops_waiting(connection c) {
    const future<void> waiting = start(wait_for(c.right));
    co_await let_others_run();
    const bool stopped = co_await ends_cancelled(waiting);
    EXPECT_TRUE(stopped);
    co_await c.left.write_all("x");
    co_await c.right.wait_readable();
}
TEST_P(StreamEnd, StopsWaitingUntilReadable) { run(stops_waiting); }

task<void> write_much(net::stream& to) {
    const std::string much(16'000'000, 'x');
    co_await to.write_all(much);
}

task<void> stops_writing(connection c) {
    const future<void> writing = start(write_much(c.left));
    co_await let_others_run();
    EXPECT_FALSE(writing.done());
    const bool stopped = co_await ends_cancelled(writing);
    EXPECT_TRUE(stopped);
}
TEST_P(StreamEnd, StopsAWriterWhoseReaderSleeps) { run(stops_writing); }

task<void> refuses_on_entry(connection c) {
    co_await c.left.write_all("kept");
    co_await c.right.wait_readable();
    int refused = 0;
    std::string into(4, '?');
    {
        cancel_scope scope;
        scope.cancel();
        for (const bool reading : {true, false}) {
            try {
                if (reading)
                    co_await c.right.read_exactly(bytes_of(into));
                else
                    co_await c.right.write_all("never sent");
            } catch (const cancelled&) {
                ++refused;
            }
        }
    }
    EXPECT_EQ(refused, 2);
    co_await c.right.read_exactly(bytes_of(into));
    EXPECT_EQ(into, "kept");
    co_await c.right.close_write();
    const std::string heard = co_await c.left.read_all(100);
    EXPECT_EQ(heard, "");
}
TEST_P(StreamEnd, DoesNothingInACancelledScope) { run(refuses_on_entry); }

task<void> ends_readers_on_close(connection c) {
    std::string some(10, '?');
    const future<void> reading = start(read_some_into(c.right, some));
    co_await let_others_run();
    EXPECT_FALSE(reading.done());
    c.right.close();
    EXPECT_FALSE(c.right.is_open());
    co_await reading;
    EXPECT_EQ(some, "");
    const std::string heard = co_await c.left.read_all(10);
    EXPECT_EQ(heard, "");
}
TEST_P(StreamEnd, EndsItsReaderWhenClosed) { run(ends_readers_on_close); }

task<void> fails_writers_on_close(connection c) {
    const future<void> writing = start(write_much(c.left));
    co_await let_others_run();
    c.left.close();
    bool failed = false;
    try {
        co_await writing;
    } catch (const std::system_error&) {
        failed = true;
    }
    EXPECT_TRUE(failed);
}
TEST_P(StreamEnd, FailsItsWriterWhenClosed) { run(fails_writers_on_close); }

task<void> refuses_when_closed(connection c) {
    c.left.close();
    c.left.close();
    std::array<std::byte, 4> buffer;
    const result<std::size_t> read = co_await as_result(c.left.read_some(buffer));
    const result<void> written = co_await as_result(c.left.write_all("x"));
    EXPECT_FALSE(read.has_value());
    EXPECT_FALSE(written.has_value());
    EXPECT_NE(describe(read.error()).find("closed"), std::string::npos) << describe(read.error());
    const result<void> said = co_await as_result(c.left.close_write());
    EXPECT_FALSE(said.has_value());
}
TEST_P(StreamEnd, RefusesEverythingOnceClosed) { run(refuses_when_closed); }

task<void> fails_without_a_reader(connection c) {
    c.right.close();
    bool failed = false;
    std::string what;
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 1000 && !failed; ++i) {
        const result<void> written = co_await as_result(c.left.write_all(piece));
        failed = !written.has_value();
        if (failed) what = describe(written.error());
    }
    EXPECT_TRUE(failed);
    EXPECT_EQ(what.find("send"), 0u) << what;
}
TEST_P(StreamEnd, FailsToWriteWithoutAReader) { run(fails_without_a_reader); }

task<void> moves_while_it_reads(connection c) {
    std::string line;
    const future<void> reading = start(read_line_into(c.right, line));
    co_await let_others_run();
    net::stream elsewhere = std::move(c.right);
    co_await c.left.write_all("moved\n");
    co_await reading;
    EXPECT_EQ(line, "moved");
    co_await elsewhere.write_all("yes");
    std::string answer(3, '?');
    co_await c.left.read_exactly(bytes_of(answer));
    EXPECT_EQ(answer, "yes");
}
TEST_P(StreamEnd, MovesWhileATaskReads) { run(moves_while_it_reads); }

task<void> names_itself(connection c) {
    std::string some(10, '?');
    const future<void> reading = start(read_some_into(c.right, some));
    co_await let_others_run();
    bool named = false;
    for (const task_view& view : event_loop::current().tasks())
        named |= view.state.starts_with("recv");
    EXPECT_TRUE(named);
    c.right.close();
    co_await reading;
}
TEST_P(StreamEnd, SaysWhatATaskWaitsFor) { run(names_itself); }

}  // namespace
}  // namespace troika::testing_streams
