// SPDX-License-Identifier: MIT
#include <troika/tls/client.hpp>

#include <troika/core/errors.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/server.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tls/connection_info.hpp>

#include "unit/tls/two_ends.hpp"

#include <ctime>

namespace troika::tls {
namespace {

using namespace testing_tls;
using testing_support::cancel_at_each_turn;
using testing_support::run_virtual;

task<void> talks(version which) {
    client_options options = trusting();
    options.version_max = which;
    two_ends ends = co_await shake(client(options), server(showing()));
    if (!ends.client || !ends.server) {
        ADD_FAILURE() << describe(ends.client_error) << describe(ends.server_error);
        co_return;
    }
    co_await exchange_words(*ends.client, *ends.server);
    const std::optional<connection_info> info = info_of(*ends.client);
    EXPECT_EQ(info->version, which == version::tls_1_2 ? "TLSv1.2" : "TLSv1.3");
}
TEST(TlsClient, SpeaksBothVersions) {
    run_virtual(talks(version::tls_1_2));
    run_virtual(talks(version::tls_1_3));
}

struct refusal {
    const char* host;
    errc reason;
};

task<void> is_refused(client_context client, server_context server, refusal how) {
    two_ends ends = co_await shake(client, server, how.host);
    EXPECT_FALSE(ends.client.has_value());
    EXPECT_EQ(reason_of(ends.client_error), how.reason) << describe(ends.client_error);
}

TEST(TlsClient, ChecksTheNameOfTheHost) {
    for (const char* host : {"localhost", "LOCALHOST", "localhost.", "a.example.org", "127.0.0.1"})
        run_virtual([](const char* name) -> task<void> {
            two_ends ends = co_await shake(client(trusting()), server(showing()), name);
            EXPECT_TRUE(ends.client.has_value()) << name << describe(ends.client_error);
        }(host));
    for (const char* host : {"otherhost", "example.org", "a.b.example.org", "127.0.0.2", "::1"})
        run_virtual(is_refused(client(trusting()), server(showing()),
                               {host, errc::host_mismatch}));
}

TEST(TlsClient, SaysForWhomTheCertificateIs) {
    run_virtual([]() -> task<void> {
        two_ends ends = co_await shake(client(trusting()), server(showing()), "elsewhere.org");
        const std::string text = describe(ends.client_error);
        EXPECT_NE(text.find("elsewhere.org"), text.npos) << text;
        EXPECT_NE(text.find("localhost, *.example.org"), text.npos) << text;
    }());
}

TEST(TlsClient, RefusesNamesThatAreNone) {
    run_virtual(is_refused(client(trusting()), server(showing()), {"", errc::bad_configuration}));
}

TEST(TlsClient, TrustsOnlyWhomItWasTold) {
    client_options nobody;
    nobody.system_trust = false;
    run_virtual(is_refused(client(nobody), server(showing()),
                           {"localhost", errc::certificate_untrusted}));
    run_virtual(is_refused(client(), server(showing()),
                           {"localhost", errc::certificate_untrusted}));
}

TEST(TlsClient, LooksAtTheTimeOfCertificates) {
    const std::array<std::string, 1> hosts{"localhost"};
    const std::int64_t now = std::time(nullptr);
    constexpr std::int64_t day = 24 * 60 * 60;
    const identity old =
        self_signed(hosts, {.not_before = now - 9 * day, .not_after = now - day});
    const identity young =
        self_signed(hosts, {.not_before = now + day, .not_after = now + 9 * day});
    run_virtual(is_refused(client(trusting(old)), server(showing(old)),
                           {"localhost", errc::certificate_expired}));
    run_virtual(is_refused(client(trusting(young)), server(showing(young)),
                           {"localhost", errc::certificate_not_yet_valid}));
}

TEST(TlsClient, ChecksNothingWhenToldSo) {
    client_options careless;
    careless.verify = false;
    careless.system_trust = false;
    run_virtual([](client_options options) -> task<void> {
        two_ends ends = co_await shake(client(options), server(showing()), "elsewhere.org");
        EXPECT_TRUE(ends.client.has_value()) << describe(ends.client_error);
        if (ends.client && ends.server) co_await exchange_words(*ends.client, *ends.server);
    }(careless));
}

TEST(TlsClient, InsistsOnAVersion) {
    client_options modern = trusting();
    modern.version_min = version::tls_1_3;
    server_options old = showing();
    old.version_max = version::tls_1_2;
    run_virtual(is_refused(client(modern), server(old), {"localhost", errc::version_mismatch}));
}

task<void> agrees_on_protocols(std::vector<std::string> offered, std::vector<std::string> spoken,
                               std::string expected) {
    client_options asks = trusting();
    asks.protocols = std::move(offered);
    server_options answers = showing();
    answers.protocols = std::move(spoken);
    two_ends ends = co_await shake(client(asks), server(answers));
    if (expected == "none") {
        EXPECT_EQ(reason_of(ends.client_error), errc::no_common_protocol);
        co_return;
    }
    if (!ends.client || !ends.server) {
        ADD_FAILURE() << describe(ends.client_error);
        co_return;
    }
    EXPECT_EQ(info_of(*ends.client)->protocol, expected);
    EXPECT_EQ(info_of(*ends.server)->protocol, expected);
}
TEST(TlsClient, AgreesOnAProtocol) {
    run_virtual(agrees_on_protocols({"h2", "http/1.1"}, {"http/1.1"}, "http/1.1"));
    run_virtual(agrees_on_protocols({"h2", "http/1.1"}, {"http/1.1", "h2"}, "http/1.1"));
    run_virtual(agrees_on_protocols({}, {"http/1.1"}, ""));
    run_virtual(agrees_on_protocols({"http/1.1"}, {}, ""));
    run_virtual(agrees_on_protocols({"h2"}, {"http/1.1"}, "none"));
}

task<void> resumes(version which) {
    client_options options = trusting();
    options.version_max = which;
    client_context asks = client(options);
    server_context answers = server(showing());
    for (int i = 0; i < 4; ++i) {
        two_ends ends = co_await shake(asks, answers);
        if (!ends.client || !ends.server) {
            ADD_FAILURE() << describe(ends.client_error);
            co_return;
        }
        co_await exchange_words(*ends.client, *ends.server);   // TLS 1.3 sends sessions late
        EXPECT_EQ(info_of(*ends.client)->resumed, i > 0);
        EXPECT_EQ(info_of(*ends.server)->resumed, i > 0);
        EXPECT_GT(asks.sessions(), 0u);
    }
    // Another host or port has no part in it.
    two_ends elsewhere = co_await shake(asks, answers, "a.example.org");
    EXPECT_FALSE(info_of(*elsewhere.client)->resumed);
    two_ends another = co_await shake(asks, answers, "localhost", 8443);
    EXPECT_FALSE(info_of(*another.client)->resumed);
}
TEST(TlsClient, ResumesSessions) {
    run_virtual(resumes(version::tls_1_2));
    run_virtual(resumes(version::tls_1_3));
}

task<void> keeps_no_sessions() {
    client_options options = trusting();
    options.sessions_max = 0;
    client_context asks = client(options);
    for (int i = 0; i < 2; ++i) {
        two_ends ends = co_await shake(asks, server(showing()));
        co_await exchange_words(*ends.client, *ends.server);
        EXPECT_FALSE(info_of(*ends.client)->resumed);
    }
    EXPECT_EQ(asks.sessions(), 0u);
}
TEST(TlsClient, KeepsNoSessionsWhenToldSo) { run_virtual(keeps_no_sessions()); }

task<void> gives_up_a_silent_peer() {
    const time_point began = event_loop::current().now();
    client_options options = trusting();
    options.handshake_timeout = std::chrono::seconds(7);
    const client_context asks = client(options);
    auto pair = net::memory_pair();
    auto& [left, right] = pair;
    bool late = false;
    try {
        co_await asks.secure(std::move(left), "localhost", 443);
    } catch (const timeout_error& error) {
        late = true;
        EXPECT_EQ(std::string(error.what()).find("TLS handshake"), 0u) << error.what();
    }
    EXPECT_TRUE(late);
    EXPECT_EQ(event_loop::current().now() - began, std::chrono::seconds(7));
}
TEST(TlsClient, GivesUpASilentPeer) { run_virtual(gives_up_a_silent_peer()); }

task<void> meets(std::string words, errc expected) {
    auto pair = net::memory_pair();
    auto [left, right] = std::move(pair);
    const client_context asks = client(trusting());
    co_await right.write_all(words);
    const bool closes = expected == errc::handshake_failed;
    if (closes) co_await right.close_write();
    std::exception_ptr failure;
    try {
        co_await asks.secure(std::move(left), "localhost", 443);
    } catch (...) {
        failure = std::current_exception();
    }
    EXPECT_EQ(reason_of(failure), expected) << describe(failure);
}
TEST(TlsClient, KnowsWhoDoesNotSpeakTls) {
    run_virtual(meets("HTTP/1.1 400 Bad Request\r\n\r\n", errc::not_tls));
    run_virtual(meets("220 mail.example.org ready\r\n", errc::not_tls));
    run_virtual(meets("", errc::handshake_failed));
}

TEST(TlsClient, LeavesNothingWhenCancelled) {
    const client_context asks = client(trusting());
    const server_context answers = server(showing());
    const std::size_t runs = cancel_at_each_turn([&]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        auto both = co_await gather(asks.secure(std::move(left), "localhost", 443),
                                    answers.accept(std::move(right)));
        auto& [here, there] = both;
        co_await exchange_words(here, there);
    });
    EXPECT_GT(runs, 5u);
}

task<void> opens_connections() {
    const client_context trust = client(trusting());
    const server_context shows = server(showing());
    auto handler = [](net::stream peer) -> task<void> {
        std::optional<std::string> line = co_await peer.read_line();
        co_await peer.write_all(line.value_or("") + "!\n");
    };
    net::server_options options;
    options.tls = &shows;
    net::server listening = co_await net::start_server({"127.0.0.1", 0}, handler, options);
    net::connect_options securely;
    securely.tls = &trust;
    net::stream stream =
        co_await net::open_connection({"localhost", listening.port()}, securely);
    co_await stream.write_all("hello\n");
    std::optional<std::string> answer = co_await stream.read_line();
    EXPECT_EQ(answer, "hello!");
    // Who speaks no TLS is no concern of the others.
    net::stream plain = co_await net::open_connection({"127.0.0.1", listening.port()});
    co_await plain.write_all("GET / HTTP/1.0\r\n\r\n");
    const std::string heard = co_await plain.read_all(100);
    EXPECT_EQ(heard, "");
    co_await listening.drain();
}
TEST(TlsClient, OpensConnectionsToServers) {
    event_loop loop;
    loop.run(opens_connections());
}

task<void> answer_nonsense(net::stream peer) {
    std::array<std::byte, 16 * 1024> hello;
    co_await peer.read_some(hello);
    constexpr std::string_view empty_server_hello("\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9);
    co_await peer.write_all(empty_server_hello);
    peer.close();
}

// The alert that ends the handshake cannot be sent then; that is not what went wrong.
TEST(TlsClient, SaysWhatWentWrongAlsoWhereThePeerHasGone) {
    run_virtual([]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        const client_context how = client(trusting());
        auto outcomes = co_await gather_settled(how.secure(std::move(left), "localhost", 443),
                                                answer_nonsense(std::move(right)));
        auto& [secured, served] = outcomes;
        EXPECT_TRUE(served.has_value());
        EXPECT_EQ(reason_of(secured.error()), errc::handshake_failed) << describe(secured.error());
    }());
}

TEST(TlsClient, SaysWhatFilesCannotBeUsed) {
    client_options options;
    options.authorities_file = "/nowhere/authorities.pem";
    try {
        static_cast<void>(client(options));
        ADD_FAILURE();
    } catch (const error& wrong) {
        EXPECT_EQ(wrong.reason(), errc::bad_configuration);
        EXPECT_NE(std::string(wrong.what()).find("/nowhere/authorities.pem"), std::string::npos);
    }
    client_options half;
    half.certificate_file = "/nowhere/own.pem";
    EXPECT_THROW(static_cast<void>(client(half)), error);
    client_options garbled;
    garbled.authorities = "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n";
    EXPECT_THROW(static_cast<void>(client(garbled)), error);
    garbled.authorities = "no PEM at all";
    EXPECT_THROW(static_cast<void>(client(garbled)), error);
    client_options inverted;
    inverted.version_min = version::tls_1_3;
    inverted.version_max = version::tls_1_2;
    EXPECT_THROW(static_cast<void>(client(inverted)), error);
    client_options nameless;
    nameless.protocols = {""};
    EXPECT_THROW(static_cast<void>(client(nameless)), error);
}

}  // namespace
}  // namespace troika::tls
