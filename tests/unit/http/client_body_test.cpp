// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>
#include <troika/http/message_parser.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>

#include "unit/http/scripted_server.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;

/// A source of `bytes`, in pieces of at most `piece_max`.
class text_source final : public body_source {
public:
    text_source(std::string bytes, std::optional<std::uint64_t> size, std::size_t piece_max)
        : bytes_(std::move(bytes)), size_(size), piece_max_(piece_max) {}
    std::optional<std::uint64_t> size() const override { return size_; }
    task<std::size_t> read_some(std::span<std::byte> into) override {
        co_await yield_now();
        const std::size_t count = std::min({into.size(), piece_max_, bytes_.size() - at_});
        std::copy_n(reinterpret_cast<const std::byte*>(bytes_.data()) + at_, count, into.begin());
        at_ += count;
        if (fails_after != 0 && at_ >= fails_after) throw std::runtime_error("the disk is gone");
        co_return count;
    }
    bool rewind() override {
        at_ = 0;
        return can_rewind;
    }
    bool can_rewind = true;
    std::size_t fails_after = 0;

private:
    std::string bytes_;
    std::optional<std::uint64_t> size_;
    std::size_t piece_max_;
    std::size_t at_ = 0;
};

struct received {
    request_head head;
    std::string body;
};

// Reads a request as servers do.
task<std::optional<received>> read_whole(net::stream& peer) {
    request_parser parser;
    received found;
    for (;;) {
        const std::string_view buffered = peer.buffered();
        const parse_step step = parser.parse(std::as_bytes(std::span(buffered)));
        found.body.append(reinterpret_cast<const char*>(step.body.data()), step.body.size());
        peer.consume(step.consumed);
        if (step.event == parse_event::complete) {
            found.head = parser.head();
            co_return found;
        }
        if (step.event != parse_event::need_input) continue;
        const std::size_t more = co_await peer.fill();
        if (more == 0) co_return std::nullopt;
    }
}

task<void> echo_bodies(net::stream& peer) {
    for (;;) {
        const std::optional<received> request = co_await read_whole(peer);
        if (!request) co_return;
        std::string fields = "X-Method: " + request->head.method + "\r\n";
        if (request->head.fields.contains("Content-Length"))
            fields +=
                "X-Length: " + std::string(*request->head.fields.get("Content-Length")) + "\r\n";
        co_await peer.write_all(ok(request->body, fields));
    }
}

task<void> echo(net::stream& peer, std::size_t) { co_await echo_bodies(peer); }

std::string letters(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

TEST(ClientBody, SendsFromMemory) {
    run_real(echo, [](scripted_server& server, client& asking) -> task<void> {
        const response small = co_await asking.request("POST", server.url("/"), {.body = "hello"});
        EXPECT_EQ(small.body(), "hello");
        EXPECT_EQ(small.headers().get("X-Length"), "5");
        const std::string much = letters(3'000'000);
        const response large = co_await asking.request("PUT", server.url("/"), {.body = much});
        EXPECT_TRUE(large.body() == much);
        const response none = co_await asking.request("POST", server.url("/"));
        EXPECT_EQ(none.headers().get("X-Length"), "0");
        EXPECT_EQ(server.connections, 1u);
    });
}

TEST(ClientBody, SendsFromASource) {
    run_real(echo, [](scripted_server& server, client& asking) -> task<void> {
        const std::string much = letters(200'000);
        text_source chunked(much, std::nullopt, 10'000);
        const response one = co_await asking.request("POST", server.url("/"), {.source = &chunked});
        EXPECT_TRUE(one.body() == much);
        EXPECT_EQ(one.headers().get("X-Length"), std::nullopt);
        text_source sized(much, much.size(), 50'000);
        const response two = co_await asking.request("POST", server.url("/"), {.source = &sized});
        EXPECT_TRUE(two.body() == much);
        EXPECT_EQ(two.headers().get("X-Length"), "200000");
        EXPECT_EQ(server.connections, 1u);
    });
}

task<std::string> message_of(task<response> asked) {
    try {
        co_await std::move(asked);
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "no error";
}

TEST(ClientBody, FailsWithItsSource) {
    run_real(echo, [](scripted_server& server, client& asking) -> task<void> {
        text_source failing(letters(100'000), std::nullopt, 10'000);
        failing.fails_after = 50'000;
        const std::string failure =
            co_await message_of(asking.request("POST", server.url("/"), {.source = &failing}));
        EXPECT_EQ(failure, "the disk is gone");
        text_source liar("short", 10, 10);
        const std::string too_short =
            co_await message_of(asking.request("POST", server.url("/"), {.source = &liar}));
        EXPECT_NE(too_short.find("only 5 bytes, but announced 10"), std::string::npos) << too_short;
        text_source more("too long", 3, 10);
        const std::string too_long =
            co_await message_of(asking.request("POST", server.url("/"), {.source = &more}));
        EXPECT_NE(too_long.find("more than 3 bytes"), std::string::npos) << too_long;
        EXPECT_EQ(asking.connections_in_use(), 0u);
        EXPECT_EQ(asking.connections_idle(), 0u);
    });
}

TEST(ClientBody, TakesAnAnswerThatComesEarly) {
    run_real(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await peer.write_all("HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n");
            while (co_await peer.read_line(1 << 20)) {
            }
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const std::string much = letters(8'000'000);
            const response answer =
                co_await asking.request("POST", server.url("/"), {.body = much});
            EXPECT_EQ(answer.status(), 413);
            EXPECT_EQ(asking.connections_idle(), 0u);
        });
}

TEST(ClientBody, AsksBeforeItSends) {
    run_real(
        [](net::stream& peer, std::size_t number) -> task<void> {
            const std::string head = co_await peer.read_until("\r\n\r\n");
            EXPECT_NE(head.find("Expect: 100-continue\r\n"), std::string::npos);
            if (number == 0) {
                co_await peer.write_all(
                    "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
                std::array<std::byte, 5> body;
                co_await peer.read_exactly(body);
                co_await peer.write_all(ok("taken"));
            } else {
                co_await peer.write_all("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
                const std::optional<std::string> body = co_await peer.read_line();
                EXPECT_FALSE(body);
            }
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const request_options asks{.body = "hello", .expect_continue = true};
            const response taken = co_await asking.request("PUT", server.url("/"), asks);
            EXPECT_EQ(taken.body(), "taken");
            asking.close_idle();
            const response refused = co_await asking.request("PUT", server.url("/"), asks);
            EXPECT_EQ(refused.status(), 417);
            EXPECT_EQ(asking.connections_idle(), 0u);
        });
}

TEST(ClientBody, SendsToAServerThatIgnoresTheQuestion) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            std::array<std::byte, 5> body;
            co_await peer.read_exactly(body);
            co_await peer.write_all(ok("taken"));
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const request_options asks{.body = "hello", .expect_continue = true};
            const time_point begin = current_task().home().now();
            const response taken = co_await asking.request("PUT", server.url("/"), asks);
            EXPECT_EQ(taken.body(), "taken");
            EXPECT_GE(current_task().home().now() - begin, 1s);
            EXPECT_LE(current_task().home().now() - begin, 2s);
        });
}

TEST(ClientBody, IsSentAgainAfterARedirect) {
    run_real(
        [](net::stream& peer, std::size_t) -> task<void> {
            for (;;) {
                const std::optional<received> request = co_await read_whole(peer);
                if (!request) co_return;
                if (request->head.target == "/end") {
                    co_await peer.write_all(ok(request->head.method + request->body));
                    continue;
                }
                co_await peer.write_all("HTTP/1.1 " + request->head.target.substr(1) +
                                        " Moved\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n");
            }
        },
        [](scripted_server& server, client& asking) -> task<void> {
            text_source source("abc", 3, 10);
            const headers type{{"Content-Type", "text/plain"}};
            const request_options options{.fields = &type, .source = &source};
            const response again = co_await asking.request("POST", server.url("/307"), options);
            EXPECT_EQ(again.body(), "POSTabc");
            source.rewind();
            const response dropped = co_await asking.request("POST", server.url("/303"), options);
            EXPECT_EQ(dropped.body(), "GET");
            source.rewind();
            source.can_rewind = false;
            const std::string refused =
                co_await message_of(asking.request("POST", server.url("/308"), options));
            EXPECT_NE(refused.find("cannot be sent again"), std::string::npos) << refused;
        });
}

TEST(ClientBody, StallsWithAServerThatDoesNotRead) {
    client_options options;
    options.timeouts.stall = 8s;
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.read_until("\r\n\r\n");
            co_await sleep(1h);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const std::string much = letters(50'000'000);
            std::optional<client_phase> phase;
            try {
                co_await asking.request("POST", server.url("/"), {.body = much});
            } catch (const client_timeout& late) {
                phase = late.phase();
            }
            EXPECT_EQ(phase, client_phase::stall);
            EXPECT_EQ(asking.connections_in_use(), 0u);
        },
        options);
}

}  // namespace
}  // namespace troika::http::testing
