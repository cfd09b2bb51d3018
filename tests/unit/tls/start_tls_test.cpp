// SPDX-License-Identifier: MIT
#include <troika/tls/start_tls.hpp>

#include <troika/core/errors.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tls/connection_info.hpp>

#include "unit/tls/two_ends.hpp"

namespace troika::tls {
namespace {

using namespace testing_tls;
using testing_support::run_virtual;

task<void> serve_mail(net::stream& peer) {
    std::optional<std::string> line = co_await peer.read_line();
    EXPECT_EQ(line, "STARTTLS");
    co_await peer.write_all("220 go ahead\r\n");
    co_await start_tls(peer, server(showing()));
    line = co_await peer.read_line();
    co_await peer.write_all("250 " + line.value_or("nothing") + "\r\n");
}

task<void> ask_mail(net::stream& peer) {
    EXPECT_FALSE(info_of(peer).has_value());
    co_await peer.write_all("STARTTLS\r\n");
    std::optional<std::string> line = co_await peer.read_line();
    EXPECT_EQ(line, "220 go ahead");
    co_await start_tls(peer, client(trusting()), "localhost");
    EXPECT_TRUE(info_of(peer).has_value());
    co_await peer.write_all("EHLO\r\n");
    line = co_await peer.read_line();
    EXPECT_EQ(line, "250 EHLO");
}

TEST(StartTls, SecuresAnOpenConnection) {
    run_virtual([]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        co_await gather(ask_mail(left), serve_mail(right));
    }());
}

// CVE-2011-0411: commands after STARTTLS, sent in the clear, must not count as said under TLS.
TEST(StartTls, RefusesWordsThatWereSlippedIn) {
    run_virtual([]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        co_await left.write_all("STARTTLS\r\nMAIL FROM:<mallory>\r\n");
        std::optional<std::string> line = co_await right.read_line();
        EXPECT_EQ(line, "STARTTLS");
        const result<void> secured = co_await as_result(start_tls(right, server(showing())));
        EXPECT_EQ(reason_of(secured.error()), errc::not_tls) << describe(secured.error());
    }());
}

TEST(StartTls, TakesAHandshakeThatCameWithTheCommand) {
    run_virtual([]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        co_await left.write_all("STARTTLS\r\n");
        auto eager = [](net::stream& peer) -> task<void> {
            co_await start_tls(peer, client(trusting()), "localhost");
            co_await peer.write_all("done\n");
        };
        auto late = [](net::stream& peer) -> task<void> {
            // Reads on until the handshake has begun, as a server with a large buffer would.
            while (peer.buffered().size() < 100) co_await peer.fill();
            peer.consume(std::string_view("STARTTLS\r\n").size());
            co_await start_tls(peer, server(showing()));
            const std::optional<std::string> line = co_await peer.read_line();
            EXPECT_EQ(line, "done");
        };
        co_await gather(eager(left), late(right));
    }());
}

}  // namespace
}  // namespace troika::tls
