// SPDX-License-Identifier: MIT
#include <troika/http/exchange.hpp>
#include <troika/tasks/task_group.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "unit/http/scripted_server.hpp"

// Many exchanges at a time: limits, order, and what is left when they are cancelled.
namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;

// Answers each request after a while, with how many connections there are.
struct slow_server {
    std::size_t open = 0;
    std::size_t open_max = 0;
    std::vector<std::string> order;
    task<void> serve(net::stream& peer) {
        open_max = std::max(open_max, ++open);
        for (;;) {
            std::string head;
            try {
                head = co_await peer.read_until("\r\n\r\n");
            } catch (const std::exception&) {
                break;
            }
            order.push_back(head.substr(5, head.find(' ', 5) - 5));
            co_await sleep(10ms);
            try {
                co_await peer.write_all(ok("body"));
            } catch (const std::exception&) {
                break;
            }
        }
        --open;
    }
};

task<void> get_all(client& asking, std::vector<std::string> addresses) {
    co_await with_task_group([&](task_group& group) -> task<void> {
        for (const std::string& each : addresses) group.create_task(asking.get(each));
        co_return;
    });
}

TEST(Exchange, ManyShareFewConnectionsInOrder) {
    slow_server state;
    client_options options;
    options.connections_per_origin_max = 3;
    run_virtual([&](net::stream& peer, std::size_t) -> task<void> { co_await state.serve(peer); },
                [&](scripted_server& server, client& asking) -> task<void> {
                    std::vector<std::string> addresses;
                    std::vector<std::string> names;
                    for (int i = 0; i < 20; ++i) names.push_back("n" + std::to_string(i));
                    for (const std::string& name : names)
                        addresses.push_back(server.url("/" + name));
                    co_await get_all(asking, addresses);
                    EXPECT_EQ(server.connections, 3u);
                    EXPECT_EQ(asking.connections_idle(), 3u);
                    EXPECT_EQ(asking.connections_in_use(), 0u);
                    // Those of one round arrive in any order, the rounds one after the other.
                    EXPECT_EQ(state.order.size(), names.size());
                    for (std::size_t i = 0; i < names.size(); ++i) {
                        const auto at = std::find(state.order.begin(), state.order.end(), names[i]);
                        EXPECT_EQ((at - state.order.begin()) / 3, static_cast<long>(i / 3));
                    }
                },
                options);
}

TEST(Exchange, OriginsShareTheLimitForAll) {
    slow_server state;
    client_options options;
    options.connections_max = 2;
    run_virtual([&](net::stream& peer, std::size_t) -> task<void> { co_await state.serve(peer); },
                [&](scripted_server& server, client& asking) -> task<void> {
                    scripted_server other([&](net::stream& peer, std::size_t) -> task<void> {
                        co_await state.serve(peer);
                    });
                    co_await other.start();
                    std::vector<std::string> addresses;
                    for (int i = 0; i < 12; ++i)
                        addresses.push_back((i % 3 == 0 ? other : server).url("/"));
                    co_await get_all(asking, addresses);
                    EXPECT_EQ(state.order.size(), 12u);
                    EXPECT_LE(asking.connections_idle(), 2u);
                    asking.close_idle();
                    co_await other.stop();
                },
                options);
}

// A cancelled request leaves a client in which everything still works, wherever it was cancelled.
TEST(Exchange, CancelLeavesThePoolWhole) {
    const auto scenario = []() -> task<void> {
        slow_server state;
        client_options options;
        options.connections_per_origin_max = 2;
        scripted_server server(
            [&](net::stream& peer, std::size_t) -> task<void> { co_await state.serve(peer); });
        co_await server.start();
        client asking(options);
        std::exception_ptr error;
        try {
            std::vector<std::string> addresses;
            for (int i = 0; i < 5; ++i) addresses.push_back(server.url("/"));
            co_await get_all(asking, addresses);
        } catch (...) {
            error = std::current_exception();
        }
        EXPECT_EQ(asking.connections_in_use(), 0u);
        EXPECT_LE(asking.connections_idle(), 2u);
        {
            cancel_scope shield({.shielded = true});
            const response after = co_await asking.get(server.url("/"));
            EXPECT_EQ(after.body(), "body");
            asking.close_idle();
            co_await server.stop();
        }
        if (error) std::rethrow_exception(error);
    };
    EXPECT_GT(testing_support::cancel_at_each_turn(scenario), 20u);
}

TEST(Exchange, ManyAreOpenAtATime) {
    constexpr std::size_t count = 250;
    std::vector<std::unique_ptr<exchange>> open;
    client_options options;
    options.connections_per_origin_max = count;
    const std::string body(20'000, 'x');
    run_real(
        [&](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all(ok(body));
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            for (std::size_t i = 0; i < count; ++i)
                open.push_back(
                    std::make_unique<exchange>(co_await asking.open("GET", server.url("/"))));
            EXPECT_EQ(asking.connections_in_use(), count);
            for (auto& each : open) {
                const std::string read = co_await each->read_all(body.size());
                EXPECT_EQ(read.size(), body.size());
            }
            open.clear();
            EXPECT_EQ(asking.connections_in_use(), 0u);
        },
        options);
}

}  // namespace
}  // namespace troika::http::testing
