// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>
#include <troika/tasks/task_group.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "unit/http/scripted_server.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;

// The phase in which a request runs out of time, and the virtual time that it took.
struct lateness {
    std::optional<client_phase> phase;
    duration after{};
};

task<lateness> lateness_of(client& asking, std::string address) {
    lateness found;
    const time_point begin = current_task().home().now();
    try {
        co_await asking.get(address);
    } catch (const client_timeout& late) {
        found.phase = late.phase();
        EXPECT_NE(std::string(late.what()).find("127.0.0.1"), std::string::npos);
    }
    found.after = current_task().home().now() - begin;
    co_return found;
}

client_options with(client_timeouts timeouts) {
    client_options options;
    options.timeouts = timeouts;
    return options;
}

TEST(ClientTimeout, FirstByte) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await sleep(1h);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const lateness found = co_await lateness_of(asking, server.url("/"));
            EXPECT_EQ(found.phase, client_phase::first_byte);
            EXPECT_GE(found.after, 8s);
            EXPECT_LE(found.after, 10s);
            EXPECT_EQ(asking.connections_in_use(), 0u);
        },
        with({.first_byte = 8s, .stall = 20s}));
}

TEST(ClientTimeout, Stall) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            for (int i = 0; i < 5; ++i) {   // slow, but not too slow
                co_await sleep(7s);
                co_await peer.write_all("x");
            }
            co_await sleep(1h);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const lateness found = co_await lateness_of(asking, server.url("/"));
            EXPECT_EQ(found.phase, client_phase::stall);
            EXPECT_GE(found.after, 43s);
            EXPECT_LE(found.after, 47s);
            EXPECT_EQ(asking.connections_in_use(), 0u);
        },
        with({.first_byte = 8s, .stall = 8s}));
}

TEST(ClientTimeout, Total) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            for (int i = 0; i < 50; ++i) {
                co_await sleep(1s);
                co_await peer.write_all("x");
            }
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const lateness found = co_await lateness_of(asking, server.url("/"));
            EXPECT_EQ(found.phase, client_phase::total);
            EXPECT_GE(found.after, 10s);
            EXPECT_LE(found.after, 11s);
        },
        with({.first_byte = 8s, .stall = 8s, .total = 10s}));
}

TEST(ClientTimeout, DoesNotBlameTheServerForAReaderThatIsBusy) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all(ok(std::string(20'000, 'x')));
            co_await sleep(1h);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            exchange answer = co_await asking.open("GET", server.url("/"));
            std::size_t count = 0;
            for (;;) {
                const auto chunk = co_await answer.read_chunk();
                if (chunk.empty()) break;
                count += chunk.size();
                co_await sleep(1min);
            }
            EXPECT_EQ(count, 20'000u);
        },
        with({.first_byte = 8s, .stall = 8s}));
}

TEST(ClientTimeout, TotalCountsTheWaitForASlot) {
    client_options options = with({.total = 10s});
    options.connections_per_origin_max = 1;
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await sleep(1h);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            co_await with_task_group([&](task_group& group) -> task<void> {
                future<lateness> first = group.create_task(lateness_of(asking, server.url("/1")));
                future<lateness> second = group.create_task(lateness_of(asking, server.url("/2")));
                const lateness one = co_await first;
                const lateness two = co_await second;
                EXPECT_EQ(one.phase, client_phase::total);
                EXPECT_EQ(two.phase, client_phase::total);
                EXPECT_EQ(two.after, 10s);
            });
            EXPECT_EQ(server.connections, 1u);
            EXPECT_EQ(asking.connections_in_use(), 0u);
        },
        options);
}

TEST(ClientTimeout, ClosesWhatIsIdleForLong) {
    client_options options;
    options.keep_alive_max = 8s;
    std::vector<duration> closed_after;
    run_virtual(
        [&](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all(ok("a"));
            const time_point begin = current_task().home().now();
            const std::optional<std::string> more = co_await peer.read_line();
            EXPECT_FALSE(more);
            closed_after.push_back(current_task().home().now() - begin);
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            co_await asking.get(server.url("/"));
            EXPECT_EQ(asking.connections_idle(), 1u);
            co_await sleep(6s);
            EXPECT_EQ(asking.connections_idle(), 1u);
            co_await sleep(4s);
            EXPECT_EQ(asking.connections_idle(), 0u);
            EXPECT_EQ(closed_after.size(), 1u);
        },
        options);
    EXPECT_GE(closed_after.at(0), 7s);
    EXPECT_LE(closed_after.at(0), 9s);
}

TEST(ClientTimeout, ForgetsAnIdleConnectionThatTheServerCloses) {
    run_virtual(
        [&](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all(ok("a"));
            co_await sleep(10s);
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            co_await asking.get(server.url("/"));
            co_await sleep(5s);
            EXPECT_EQ(asking.connections_idle(), 1u);
            co_await sleep(6s);
            EXPECT_EQ(asking.connections_idle(), 0u);
            co_await asking.get(server.url("/"));
            EXPECT_EQ(server.connections, 2u);
        });
}

TEST(ClientTimeout, TakesAWatchedConnectionBack) {
    run_virtual(
        [&](net::stream& peer, std::size_t) -> task<void> {
            for (int i = 0; i < 3; ++i) {
                co_await peer.read_until("\r\n\r\n");
                co_await peer.write_all(ok("a"));
            }
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            for (int i = 0; i < 3; ++i) {
                co_await asking.get(server.url("/"));
                co_await sleep(5s);   // long enough to be watched
            }
            EXPECT_EQ(server.connections, 1u);
        });
}

}  // namespace
}  // namespace troika::http::testing
