// SPDX-License-Identifier: MIT
// What all streams have in common is in tests/conformance; here is what only one kind has.
#include <troika/net/stream.hpp>

#include <troika/net/connect.hpp>
#include <troika/net/memory_pair.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/sleep.hpp>

#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace troika::net {
namespace {

using testing_support::cancel_at_each_turn;
using testing_support::run_virtual;

task<void> read_one(stream& from) {
    std::array<std::byte, 1> buffer;
    co_await from.read_some(buffer);
}
task<void> write_much(stream& to) {
    const std::string much(100, 'x');
    co_await to.write_all(much);
}

task<void> two_readers() {
    auto [left, right] = memory_pair();
    co_await gather(read_one(left), read_one(left));
}
task<void> two_writers() {
    auto [left, right] = memory_pair(10);
    co_await gather(write_much(left), write_much(left));
}
task<void> left_while_read() {
    auto [left, right] = memory_pair();
    auto gone = std::make_unique<stream>(std::move(left));
    event_loop::current().roots().start_forgotten(read_one(*gone));
    co_await sleep(std::chrono::seconds(1));
    gone.reset();
}
task<void> read_nothing() {
    auto [left, right] = memory_pair();
    co_await left.read_some({});
}

TEST(StreamDeathTest, SaysWhatItsCallerDidWrong) {
    EXPECT_DEATH(run_virtual(two_readers()), "two tasks read from one stream at a time");
    EXPECT_DEATH(run_virtual(two_writers()), "two tasks write to one stream at a time");
    EXPECT_DEATH(run_virtual(left_while_read()), "destroyed while a task reads from it");
    EXPECT_DEATH(run_virtual(read_nothing()), "needs room for a byte");
}

task<void> serve_lines(stream peer) {
    while (std::optional<std::string> line = co_await peer.read_line())
        co_await peer.write_all(*line + "\n");
    co_await peer.close_write();
}
task<void> ask_lines(stream peer) {
    for (const char* line : {"one\n", "two\n"}) {
        co_await peer.write_all(std::string_view(line));
        const std::string answer = co_await peer.read_until("\n");
        EXPECT_EQ(answer, line);
    }
    std::array<std::byte, 3> rest;
    co_await peer.write_all("abc\n");
    co_await peer.read_exactly(rest);
    co_await peer.close_write();
    co_await peer.read_all(10);
}
task<void> talk_in_memory() {
    auto [left, right] = memory_pair(3);
    co_await gather(serve_lines(std::move(left)), ask_lines(std::move(right)));
}
task<void> talk_over_sockets() {
    auto [left, right] = open_pair();
    co_await gather(serve_lines(std::move(left)), ask_lines(std::move(right)));
}

TEST(Stream, SurvivesACancelAtEachAwait) {
    EXPECT_GT(cancel_at_each_turn(&talk_in_memory), 10u);
    EXPECT_GT(cancel_at_each_turn(&talk_over_sockets), 10u);
}

task<void> fill_and_drain(std::size_t capacity) {
    auto [left, right] = memory_pair(capacity);
    std::string sent;
    for (int i = 0; i < 1000; ++i) sent += std::to_string(i) + ' ';
    auto write = [](stream& to, std::string_view text) -> task<void> {
        co_await to.write_all(text);
        co_await to.close_write();
    };
    auto heard = co_await gather(write(left, sent), right.read_all(sent.size()));
    EXPECT_EQ(std::get<1>(heard), sent);
}

TEST(MemoryPair, CarriesEverythingThroughAnyCapacity) {
    for (const std::size_t capacity : {1u, 2u, 3u, 7u, 4096u})
        run_virtual(fill_and_drain(capacity));
}

}  // namespace
}  // namespace troika::net
