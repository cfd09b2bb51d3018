// SPDX-License-Identifier: MIT
#include <troika/http/exchange_operation.hpp>
#include <troika/tasks/task_group.hpp>

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "unit/http/scripted_server.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;

task<void> dribble(net::stream& peer, std::size_t) {
    co_await peer.read_until("\r\n\r\n");
    co_await peer.write_all("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    co_await sleep(1min);
    co_await peer.write_all("def");
    co_await peer.read_line();
}

// Reads the next chunk, but for one second only.
task<std::optional<std::string>> read_briefly(exchange& from) {
    cancel_scope patience({.deadline = deadline_after(current_task().home().now(), 1s)});
    std::optional<std::string> found;
    try {
        const std::span<const std::byte> chunk = co_await from.read_chunk();
        found.emplace(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    } catch (const cancelled&) {
        patience.leave();
        if (!patience.caught()) throw;
    }
    co_return found;
}

TEST(ExchangeOperation, LosesNothingWhenItIsCancelled) {
    run_virtual(dribble, [](scripted_server& server, client& asking) -> task<void> {
        exchange answer = co_await asking.open("GET", server.url("/"));
        const std::optional<std::string> first = co_await read_briefly(answer);
        EXPECT_EQ(first, "abc");
        const std::optional<std::string> none = co_await read_briefly(answer);
        EXPECT_EQ(none, std::nullopt);
        const std::string rest = co_await answer.read_all(10);
        EXPECT_EQ(rest, "def");
        EXPECT_TRUE(answer.finished());
        EXPECT_EQ(asking.connections_idle(), 1u);
    });
}

TEST(ExchangeOperation, SaysWhatItWaitsFor) {
    run_virtual(dribble, [](scripted_server& server, client& asking) -> task<void> {
        exchange answer = co_await asking.open("GET", server.url("/"));
        co_await answer.read_chunk();
        co_await with_task_group([&](task_group& group) -> task<void> {
            group.create_task([&]() -> task<void> { co_await answer.read_chunk(); },
                              {.name = "reader"});
            co_await sleep(1s);
            std::string waits;
            for (const task_node& child : group.tasks())
                if (child.waits_for() != nullptr) waits = child.waits_for()->label();
            EXPECT_EQ(waits, "recv " + server.host());
        });
    });
}

TEST(ExchangeOperation, GivesAnErrorAgain) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        },
        [](scripted_server& server, client& asking) -> task<void> {
            exchange answer = co_await asking.open("GET", server.url("/"));
            std::array<std::byte, 10> room;
            int failures = 0;
            for (int i = 0; i < 2; ++i) {
                try {
                    co_await answer.read_some(room);
                } catch (const protocol_error& wrong) {
                    EXPECT_EQ(wrong.code(), errc::invalid_chunk);
                    ++failures;
                }
            }
            EXPECT_EQ(failures, 2);
            EXPECT_EQ(asking.connections_in_use(), 0u);
        });
}

}  // namespace
}  // namespace troika::http::testing
