// SPDX-License-Identifier: MIT
#pragma once

#include <troika/net/memory_pair.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/gather_settled.hpp>
#include <troika/tls/client.hpp>
#include <troika/tls/self_signed.hpp>
#include <troika/tls/server.hpp>

#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace troika::tls::testing_tls {

/// A key is made once for all tests.
inline const identity& localhost() {
    static const std::array<std::string, 3> hosts{"localhost", "*.example.org", "127.0.0.1"};
    static const identity made = self_signed(hosts);
    return made;
}

inline client_options trusting(const identity& whom = localhost()) {
    client_options options;
    options.system_trust = false;
    options.authorities = whom.certificate;
    return options;
}

inline server_options showing(const identity& what = localhost()) {
    server_options options;
    options.certificate = what.certificate;
    options.key = what.key;
    return options;
}

/// The ends of one connection after the handshake: a stream, or what was thrown.
struct two_ends {
    std::optional<net::stream> client;
    std::optional<net::stream> server;
    std::exception_ptr client_error;
    std::exception_ptr server_error;
};

inline task<net::stream> accept_at(net::stream plain, server_context who) {
    // A peer that fails must not leave the other waiting.
    co_return co_await who.accept(std::move(plain));
}

/// Shakes hands over a pipe in memory.
inline task<two_ends> shake(client_context client, server_context server,
                            std::string host = "localhost", std::uint16_t port = 443) {
    auto pair = net::memory_pair();
    auto [left, right] = std::move(pair);
    auto outcomes = co_await gather_settled(client.secure(std::move(left), host, port),
                                            accept_at(std::move(right), server));
    auto& [at_client, at_server] = outcomes;
    two_ends ends;
    if (at_client)
        ends.client.emplace(std::move(*at_client));
    else
        ends.client_error = at_client.error();
    if (at_server)
        ends.server.emplace(std::move(*at_server));
    else
        ends.server_error = at_server.error();
    co_return ends;
}

inline std::optional<errc> reason_of(const std::exception_ptr& failure) {
    if (!failure) return std::nullopt;
    try {
        std::rethrow_exception(failure);
    } catch (const error& wrong) {
        return wrong.reason();
    } catch (const std::system_error& wrong) {
        if (wrong.code().category() == category()) return static_cast<errc>(wrong.code().value());
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return std::nullopt;
}

inline task<void> exchange_words(net::stream& from, net::stream& to) {
    co_await from.write_all("question\n");
    std::optional<std::string> heard = co_await to.read_line();
    EXPECT_EQ(heard, "question");
    co_await to.write_all("answer\n");
    heard = co_await from.read_line();
    EXPECT_EQ(heard, "answer");
}

}  // namespace troika::tls::testing_tls
