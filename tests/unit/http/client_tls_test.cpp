// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>

#include <troika/http/server.hpp>
#include <troika/tls/connection_info.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "unit/http/scripted_server.hpp"
#include "unit/tls/two_ends.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing_support::cancel_at_each_turn;
using tls::testing_tls::showing;
using tls::testing_tls::trusting;

client_options trusting_options(const tls::identity& whom = tls::testing_tls::localhost()) {
    client_options options;
    options.tls = tls::client(trusting(whom));
    return options;
}

/// In virtual time: a secure server that does `script` with each connection.
void run_secure(task_maker<scripted_server&, net::stream&, std::size_t> script,
                client_script asking, client_options options = trusting_options(),
                const tls::server_options& who = showing()) {
    const tls::server_context secure = tls::server(who);
    scripted_server* here = nullptr;
    run_virtual([&](net::stream& peer,
                    std::size_t number) -> task<void> { co_await script(*here, peer, number); },
                [&](scripted_server& server, client& from) -> task<void> {
                    here = &server;
                    co_await asking(server, from);
                },
                std::move(options), &secure);
}

// The connection ends, and TLS does not.
void cut(net::stream& peer) { static_cast<void>(peer.carrier().shut_down(shutdown_how::write)); }

/// Answers the first request with `reply`, and ends: as TLS demands, or by a cut.
void run_with_reply(std::string reply, bool is_cut, client_script asking) {
    run_secure(
        [&](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await reply_with(here, peer, reply);
            if (is_cut) cut(peer);
        },
        std::move(asking));
}

// ---- the good case

task<void> echo(server_request& request, responder& answer) {
    const std::string body = co_await request.read_all();
    co_await answer.send(200, std::string(request.target()) + " " + body);
}

task<void> ask_our_server() {
    const tls::server_context secure = tls::server(showing());
    http::server_options options;
    options.tls = &secure;
    net::server server = co_await http::serve({"127.0.0.1", 0}, echo, options);
    const std::string base = "https://127.0.0.1:" + std::to_string(server.port());
    {
        client asking(trusting_options());
        const response first = co_await asking.get(base + "/a");
        EXPECT_EQ(first.body(), "/a ");
        const std::string large(300'000, 'x');
        const response second = co_await asking.request("PUT", base + "/b", {.body = large});
        EXPECT_EQ(second.body(), "/b " + large);
        EXPECT_EQ(server.connections(), 1u);
        EXPECT_EQ(asking.connections_idle(), 1u);
    }
    co_await server.drain();
}

TEST(ClientTls, TalksToOurOwnServer) {
    event_loop loop;
    loop.run(ask_our_server());
    testing_support::run_virtual(ask_our_server());
}

// Reads and writes come in other pieces with each seed.
TEST(ClientTls, TalksHoweverTheBytesCome) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        testing_support::virtual_loop here(seed);
        here.run(ask_our_server());
    }
}

TEST(ClientTls, LeavesNothingBehindWhereverItIsCancelled) {
    EXPECT_GT(cancel_at_each_turn(&ask_our_server), 20u);
}

TEST(ClientTls, ResumesTheSession) {
    run_secure(
        [](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            const bool resumed = tls::info_of(peer)->resumed;
            const std::string reply = ok(resumed ? "resumed" : "new", "Connection: close\r\n");
            co_await reply_with(here, peer, reply);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const response first = co_await asking.get(server.url("/"));
            EXPECT_EQ(first.body(), "new");
            EXPECT_GT(asking.options().tls->sessions(), 0u);
            const response second = co_await asking.get(server.url("/"));
            EXPECT_EQ(second.body(), "resumed");
            EXPECT_EQ(server.connections, 2u);
        });
}

TEST(ClientTls, OffersHttp) {
    tls::server_options who = showing();
    who.protocols = {"h2", "http/1.1"};
    tls::client_options how = trusting();
    how.protocols = {"http/1.1"};
    client_options options;
    options.tls = tls::client(how);
    run_secure(
        [](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await reply_with(here, peer, ok(tls::info_of(peer)->protocol));
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const response answer = co_await asking.get(server.url("/"));
            EXPECT_EQ(answer.body(), "http/1.1");
        },
        options, who);
}

TEST(ClientTls, RefusesAContextThatOffersOtherProtocols) {
    tls::client_options how = trusting();
    how.protocols = {"h2", "http/1.1"};
    client_options options;
    options.tls = tls::client(how);
    event_loop loop;
    try {
        const client made(loop, options);
        ADD_FAILURE() << "an error was expected";
    } catch (const tls::error& error) {
        EXPECT_EQ(error.reason(), tls::errc::bad_configuration);
        EXPECT_THAT(error.what(), HasSubstr("'h2'"));
    }
}

// ---- who the server is

/// The error of a request to a server that shows `who`, from a client that trusts `whom`.
tls::errc refusal(const tls::identity& who, client_options options) {
    tls::errc reason{};
    run_secure([](scripted_server&, net::stream&, std::size_t) -> task<void> { co_return; },
               [&](scripted_server& server, client& asking) -> task<void> {
                   const auto error = co_await error_of<tls::error>(asking.get(server.url("/")));
                   reason = error->reason();
                   EXPECT_THAT(error->what(), HasSubstr("127.0.0.1"));
                   EXPECT_EQ(server.requests.size(), 0u);
                   EXPECT_EQ(asking.connections_in_use(), 0u);
               },
               std::move(options), showing(who));
    return reason;
}

tls::identity identity_of(std::string host, tls::self_signed_options times = {}) {
    const std::array<std::string, 1> hosts{std::move(host)};
    return tls::self_signed(hosts, times);
}

TEST(ClientTls, RefusesServersThatCannotBeTrusted) {
    const tls::identity stranger = identity_of("127.0.0.1");
    EXPECT_EQ(refusal(stranger, trusting_options()), tls::errc::certificate_untrusted);
    EXPECT_EQ(refusal(stranger, client_options()), tls::errc::certificate_untrusted)
        << "the context that a client makes itself";
    const tls::identity other = identity_of("other.example");
    EXPECT_EQ(refusal(other, trusting_options(other)), tls::errc::host_mismatch);
    const tls::identity old =
        identity_of("127.0.0.1", {.not_before = 1'000'000'000, .not_after = 1'000'086'400});
    EXPECT_EQ(refusal(old, trusting_options(old)), tls::errc::certificate_expired);
}

TEST(ClientTls, MakesItsOwnContextOnceForAllWhoWaitForIt) {
    run_secure([](scripted_server&, net::stream&, std::size_t) -> task<void> { co_return; },
               [](scripted_server& server, client& asking) -> task<void> {
                   const std::string address = server.url("/");
                   auto outcomes = co_await gather_settled(asking.get(address), asking.get(address),
                                                           asking.get(address));
                   const auto expect_untrusted = [](const auto&... each) {
                       for (const auto& reason : {tls::testing_tls::reason_of(each.error())...})
                           EXPECT_EQ(reason, tls::errc::certificate_untrusted);
                   };
                   std::apply(expect_untrusted, outcomes);
               },
               client_options());
}

TEST(ClientTls, SaysWhoDoesNotSpeakTls) {
    run_virtual(
        [](net::stream& peer, std::size_t) -> task<void> {
            co_await peer.write_all("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            co_await peer.read_all(65'536);   // until the client has read that
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const auto error =
                co_await error_of<tls::error>(asking.get("https://" + server.host() + "/"));
            EXPECT_EQ(error->reason(), tls::errc::not_tls);
        },
        trusting_options());
}

TEST(ClientTls, SaysWhoSpeaksOnlyTls) {
    // Some servers say nothing to a request that is not encrypted, others send an alert.
    const std::vector<std::string> alerts{"", std::string("\x15\x03\x01\x00\x02\x02\x46", 7)};
    for (const std::string& alert : alerts)
        run_virtual(
            [&](net::stream& peer, std::size_t) -> task<void> {
                co_await peer.read_until("\r\n\r\n");
                if (!alert.empty()) co_await peer.write_all(alert);
            },
            [&](scripted_server& server, client& asking) -> task<void> {
                const auto error = co_await error_of<protocol_error>(asking.get(server.url("/")));
                EXPECT_THAT(error->what(), HasSubstr("GET " + server.url("/")));
                if (!alert.empty()) {
                    EXPECT_THAT(error->what(), HasSubstr("ask by https"));
                }
            });
}

// ---- where messages end

TEST(ClientTls, BelievesABodyThatTlsEnds) {
    run_with_reply("HTTP/1.0 200 OK\r\n\r\nall of it", false,
                   [](scripted_server& server, client& asking) -> task<void> {
                       const response answer = co_await asking.get(server.url("/"));
                       EXPECT_EQ(answer.body(), "all of it");
                   });
}

/// The error of reading an answer that is cut.
errc cut_at(std::string reply) {
    errc code{};
    run_with_reply(
        std::move(reply), true, [&](scripted_server& server, client& asking) -> task<void> {
            const auto error = co_await error_of<protocol_error>(asking.get(server.url("/")));
            code = error->code();
            EXPECT_THAT(error->what(), HasSubstr("GET " + server.url("/") + ": "));
            EXPECT_EQ(asking.connections_in_use(), 0u);
        });
    return code;
}

TEST(ClientTls, RefusesMessagesThatAreCut) {
    EXPECT_EQ(cut_at("HTTP/1.0 200 OK\r\n\r\nall of it?"), errc::truncated_body);
    EXPECT_EQ(cut_at("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"), errc::truncated_body);
    EXPECT_EQ(cut_at("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
              errc::truncated_body);
    EXPECT_EQ(cut_at("HTTP/1.1 200 OK\r\nContent-"), errc::truncated_head);
    EXPECT_EQ(cut_at(""), errc::closed_before_message);
}

TEST(ClientTls, BelievesAMessageThatSaysItselfWhereItEnds) {
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    for (const std::string& reply : {ok("hello"), chunked})
        run_with_reply(reply, true, [](scripted_server& server, client& asking) -> task<void> {
            const response answer = co_await asking.get(server.url("/"));
            EXPECT_EQ(answer.body(), "hello");
        });
}

TEST(ClientTls, AsksAgainWhereAKeptConnectionWasCut) {
    for (const bool is_cut : {false, true})
        run_with_reply(ok("hello"), is_cut,
                       [](scripted_server& server, client& asking) -> task<void> {
                           for (int i = 0; i < 3; ++i) {
                               const response answer = co_await asking.get(server.url("/"));
                               EXPECT_EQ(answer.body(), "hello");
                           }
                           EXPECT_EQ(server.connections, 3u);
                       });
}

TEST(ClientTls, NoticesThatAnIdleConnectionWasCut) {
    run_with_reply(ok("hello"), true, [](scripted_server& server, client& asking) -> task<void> {
        co_await asking.get(server.url("/"));
        EXPECT_EQ(asking.connections_idle(), 1u);
        co_await sleep(10s);
        EXPECT_EQ(asking.connections_idle(), 0u);
    });
}

TEST(ClientTls, KeepsAConnectionOnWhichOnlySessionsAreOffered) {
    run_secure([](scripted_server& here, net::stream& peer,
                  std::size_t) -> task<void> { co_await reply_with(here, peer, ok("a"), ok("b")); },
               [](scripted_server& server, client& asking) -> task<void> {
                   // Read as it comes, so that the sessions may still be there when the body is
                   // not.
                   co_await asking.get(server.url("/"));
                   co_await sleep(10s);
                   EXPECT_EQ(asking.connections_idle(), 1u);
                   const response second = co_await asking.get(server.url("/"));
                   EXPECT_EQ(second.body(), "b");
                   EXPECT_EQ(server.connections, 1u);
               });
}

// ---- time

TEST(ClientTls, DoesNotWaitForAHandshakeForEver) {
    client_options options = trusting_options();
    options.timeouts.connect = 7s;
    run_virtual([](net::stream&, std::size_t) -> task<void> { co_await sleep(1h); },
                [](scripted_server& server, client& asking) -> task<void> {
                    const time_point begin = current_task().home().now();
                    const auto late = co_await error_of<client_timeout>(
                        asking.get("https://" + server.host() + "/"));
                    EXPECT_EQ(late->phase(), client_phase::connect);
                    EXPECT_THAT(late->what(), HasSubstr(server.host()));
                    EXPECT_EQ(current_task().home().now() - begin, 7s);
                    EXPECT_EQ(asking.connections_in_use(), 0u);
                },
                options);
}

TEST(ClientTls, CountsTheTimeOfTheContextAsConnecting) {
    tls::client_options how = trusting();
    how.handshake_timeout = 3s;
    client_options options;
    options.tls = tls::client(how);
    run_virtual([](net::stream&, std::size_t) -> task<void> { co_await sleep(1h); },
                [](scripted_server& server, client& asking) -> task<void> {
                    const auto late = co_await error_of<client_timeout>(
                        asking.get("https://" + server.host() + "/"));
                    EXPECT_EQ(late->phase(), client_phase::connect);
                    EXPECT_THAT(late->what(), HasSubstr("TLS handshake"));
                },
                options);
}

}  // namespace
}  // namespace troika::http::testing
