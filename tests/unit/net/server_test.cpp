// SPDX-License-Identifier: MIT
#include <troika/loop/event_loop.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/server.hpp>
#include <troika/tasks/sleep.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace troika::net {
namespace {

using namespace std::chrono_literals;

task<void> echo(stream peer) {
    std::array<std::byte, 4096> buffer;
    while (std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span{buffer}.first(n));
}

task<std::string> talk() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo, {.connections_max = 10});
    stream peer = co_await open_connection({"127.0.0.1", listening.port()});
    co_await peer.write_all("hello\r\nworld\n");
    std::string said = co_await peer.read_until("\r\n");
    const std::optional<std::string> line = co_await peer.read_line();
    said += line.value_or("nothing");
    peer.close_write();
    const std::optional<std::string> end = co_await peer.read_line();
    EXPECT_FALSE(end);
    co_await listening.drain();
    co_return said;
}

TEST(Server, Echoes) {
    event_loop loop;
    EXPECT_EQ(loop.run(talk()), "hello\r\nworld");
}

}  // namespace
}  // namespace troika::net
