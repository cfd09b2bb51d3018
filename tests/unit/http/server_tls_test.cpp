// SPDX-License-Identifier: MIT
// The HTTP server over TLS.
#include <troika/http/server.hpp>

#include <troika/net/connect.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/sleep.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/tls/two_ends.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::virtual_loop;
using tls::testing_tls::showing;
using tls::testing_tls::trusting;

task<void> echo(server_request& request, responder& answer) {
    co_await answer.send(200, std::string(request.target()) + ";");
}

/// A secure server in virtual time, and what it reports.
struct HttpServerTls : ::testing::Test {
    HttpServerTls() {
        options.tls = &identity;
        options.on_error = note;
    }
    net::connect_options securely() {
        net::connect_options how;
        how.tls = &trust;
        return how;
    }
    /// Sends `bytes` and reads until TLS ends: a connection that is cut would throw.
    task<std::string> say(net::address where, std::string bytes) {
        net::stream peer = co_await net::open_connection(where, securely());
        co_await peer.write_all(std::string_view(bytes));
        std::string answer = co_await peer.read_all(std::size_t{1} << 20);
        co_return answer;
    }

    const tls::server_context identity = tls::server(showing());
    const tls::client_context trust = tls::client(trusting());
    std::vector<std::string> errors;
    struct {
        std::vector<std::string>& into;
        void operator()(const std::exception_ptr& error) { into.push_back(describe(error)); }
    } note{errors};
    http::server_options options;
    virtual_loop loop;
};

TEST_F(HttpServerTls, AnswersPipelinedRequestsAndEndsAsTlsDemands) {
    loop.run([](HttpServerTls& here) -> task<void> {
        net::server server = co_await serve({"127.0.0.1", 0}, echo, here.options);
        const std::string answers =
            co_await here.say(server.local_address(),
                              "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                              "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
                              "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        EXPECT_LT(answers.find("/1;"), answers.find("/2;"));
        EXPECT_THAT(answers, EndsWith("/3;"));
        co_await server.drain();
    }(*this));
    EXPECT_THAT(errors, ElementsAre());
}

TEST_F(HttpServerTls, SaysWhereABodyEndsThatOnlyTheConnectionEnds) {
    loop.run([](HttpServerTls& here) -> task<void> {
        const std::string large(300'000, 'x');
        auto piecewise = [&](server_request&, responder& answer) -> task<void> {
            answer.begin(200);
            co_await answer.write("begin");
            co_await answer.write(large);
        };
        net::server server = co_await serve({"127.0.0.1", 0}, piecewise, here.options);
        const std::string old = co_await here.say(server.local_address(), "GET / HTTP/1.0\r\n\r\n");
        EXPECT_THAT(old, EndsWith("\r\n\r\nbegin" + large));
        co_await server.drain();
    }(*this));
    EXPECT_THAT(errors, ElementsAre());
}

TEST_F(HttpServerTls, DrainsConnectionsThatWaitToBeAskedAgain) {
    loop.run([](HttpServerTls& here) -> task<void> {
        net::server server = co_await serve({"127.0.0.1", 0}, echo, here.options);
        net::stream peer = co_await net::open_connection(server.local_address(), here.securely());
        co_await peer.write_all("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        const std::string head = co_await peer.read_until("/;");
        EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_EQ(server.connections(), 1u);
        const time_point begin = here.loop.loop().now();
        auto rest = [](net::stream from) -> task<void> {
            const std::string nothing = co_await from.read_all(100);
            EXPECT_EQ(nothing, "");
        };
        co_await gather(server.drain(), rest(std::move(peer)));
        EXPECT_LT(here.loop.loop().now() - begin, 1s);
        EXPECT_EQ(server.connections(), 0u);
    }(*this));
}

TEST_F(HttpServerTls, DrainsWhereAClientStallsInTheHandshake) {
    options.drain_timeout = 5s;
    loop.run([](HttpServerTls& here) -> task<void> {
        net::server server = co_await serve({"127.0.0.1", 0}, echo, here.options);
        net::stream silent = co_await net::open_connection(server.local_address());
        co_await sleep(1s);
        EXPECT_EQ(server.connections(), 1u);
        const time_point begin = here.loop.loop().now();
        co_await server.drain();
        EXPECT_EQ(here.loop.loop().now() - begin, 5s);
    }(*this));
}

TEST_F(HttpServerTls, GivesUpAClientThatStallsInTheHandshake) {
    tls::server_options impatient = showing();
    impatient.handshake_timeout = 3s;
    const tls::server_context who = tls::server(impatient);
    options.tls = &who;
    loop.run([](HttpServerTls& here) -> task<void> {
        net::server server = co_await serve({"127.0.0.1", 0}, echo, here.options);
        net::stream silent = co_await net::open_connection(server.local_address());
        co_await silent.write_all("\x16\x03\x01");   // as a handshake begins
        const std::string nothing = co_await silent.read_all(100);
        EXPECT_EQ(nothing, "");
        co_await server.drain();
    }(*this));
    EXPECT_EQ(loop.elapsed(), 3s);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_THAT(errors.front(), HasSubstr("TLS handshake"));
}

TEST_F(HttpServerTls, RefusesAContextThatNamesOtherProtocols) {
    tls::server_options modern = showing();
    modern.protocols = {"h2", "http/1.1"};
    const tls::server_context who = tls::server(modern);
    options.tls = &who;
    loop.run([](HttpServerTls& here) -> task<void> {
        const result<net::server> server =
            co_await as_result(serve({"127.0.0.1", 0}, echo, here.options));
        EXPECT_EQ(tls::testing_tls::reason_of(server.error()), tls::errc::bad_configuration);
    }(*this));
}

TEST_F(HttpServerTls, IsNotDisturbedByWhoDoesNotSpeakTls) {
    loop.run([](HttpServerTls& here) -> task<void> {
        net::server server = co_await serve({"127.0.0.1", 0}, echo, here.options);
        net::stream plain = co_await net::open_connection(server.local_address());
        co_await plain.write_all("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        // An end, or a reset where the rest of the request was not read any more.
        const result<std::string> heard = co_await as_result(plain.read_all(100));
        EXPECT_EQ(heard.value_or("").find("HTTP"), std::string::npos);
        const std::string answer = co_await here.say(
            server.local_address(), "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        EXPECT_THAT(answer, EndsWith("/;"));
        co_await server.drain();
    }(*this));
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_THAT(errors.front(), HasSubstr("does not speak TLS"));
}

}  // namespace
}  // namespace troika::http::testing
