// SPDX-License-Identifier: MIT
#include "http/connector.hpp"

#include <troika/net/memory_pair.hpp>
#include <troika/tasks/gather.hpp>

#include <gtest/gtest.h>

#include <string>

#include "unit/support/virtual_loop.hpp"

namespace troika::http {
namespace {

using testing_support::run_virtual;

struct asked {
    std::string request;
    std::string left;   // what the client finds behind the answer
};

task<std::string> answer_with(net::stream& peer, std::string reply) {
    std::string head = co_await peer.read_until("\r\n\r\n");
    // One byte at a time: an answer need not come at once.
    for (const char c : reply) co_await peer.write_all(std::string_view(&c, 1));
    co_return head;
}

task<asked> ask(route to, client_options options, std::string reply) {
    auto pair = net::memory_pair(1);
    auto& [near, far] = pair;
    auto both = co_await gather(answer_with(far, std::move(reply)), open_tunnel(near, to, options));
    auto& [request, opened] = both;
    asked found;
    found.request = request;
    found.left = near.buffered();
    co_return found;
}

asked ask_for(std::string_view where, std::string_view via, std::string reply,
              client_options options = {}) {
    return run_virtual(
        ask(route_to(url::parse(where), proxy::parse(via)), std::move(options), std::move(reply)));
}

TEST(Connector, AsksForATunnel) {
    client_options options;
    options.user_agent = "me/1";
    options.fields.add("Cookie", "a=b");
    options.fields.add("X-Other", "c");
    const asked plain = ask_for("https://a/secret", "p", "HTTP/1.1 200 OK\r\n\r\n", options);
    EXPECT_EQ(plain.request, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nUser-Agent: me/1\r\n\r\n");
    options.user_agent.clear();
    const asked known =
        ask_for("https://[::1]:81/", "me:secret@p", "HTTP/1.0 204 fine\r\n\r\n", options);
    EXPECT_EQ(known.request,
              "CONNECT [::1]:81 HTTP/1.1\r\nHost: [::1]:81\r\n"
              "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
    EXPECT_EQ(known.left, "");
}

TEST(Connector, SkipsInterimAnswersAndFramingThatMeansNothing) {
    const asked found = ask_for("https://a/", "p",
                                "HTTP/1.1 100 Continue\r\n\r\n"
                                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(found.left, "");   // RFC 9110, section 9.3.6: there is no body
}

TEST(Connector, LeavesWhatTheFarEndSays) {
    auto pair_test = []() -> task<void> {
        auto pair = net::memory_pair();
        auto& [near, far] = pair;
        co_await far.write_all("HTTP/1.1 200 OK\r\n\r\nhello");
        const route to = route_to(url::parse("https://a/"), proxy::parse("p"));
        const client_options options;
        co_await open_tunnel(near, to, options);
        EXPECT_EQ(near.buffered(), "hello");
    };
    run_virtual(pair_test());
}

}  // namespace
}  // namespace troika::http
