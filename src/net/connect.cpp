// SPDX-License-Identifier: MIT
#include <troika/net/connect.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/io/detour.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/resolve.hpp>
#include <troika/net/security.hpp>

#include "net/connect_race.hpp"
#include "net/socket_transport.hpp"
#include "os/error.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troika::net {

namespace {

/// What is to be connected to: an address, or else a host that is first looked up.
struct target {
    std::string host;
    std::uint16_t port = 0;
    std::optional<address> known;

    [[nodiscard]] std::string name() const {
        if (known) return known->to_string();
        return port == 0 ? host : host + ":" + std::to_string(port);
    }
};

task<socket> connect_to(event_loop& loop, const target& to) {
    std::vector<address> found;
    if (to.known) {
        found.push_back(*to.known);
    } else {
        const endpoint where{to.host, to.port};
        found = co_await resolve(where);
    }
    co_return co_await connect_to_first(loop, to.name(), std::move(found));
}

task<stream> connect_securely(event_loop& loop, const target& to, const client_security* tls) {
    stream plain(loop, carry(co_await connect_to(loop, to)));
    if (tls == nullptr) co_return plain;
    const address peer = plain.remote_address();
    std::string host = to.known ? peer.host() : to.host;
    co_return co_await tls->secure(std::move(plain), std::move(host), peer.port());
}

task<stream> connect_within(target to, connect_options options) {
    co_await io::on_loop();
    event_loop& loop = event_loop::current();
    cancel_scope scope({.deadline = deadline_after(loop.now(), options.connect_timeout)});
    std::optional<stream> connected;
    try {
        connected.emplace(co_await connect_securely(loop, to, options.tls));
    } catch (const cancelled&) {
        scope.leave();
        if (!scope.caught()) throw;
        throw timeout_error("connect " + to.name());
    }
    scope.leave();
    co_return std::move(*connected);
}

}  // namespace

[[clang::coro_wrapper]]
task<stream> open_connection(endpoint to, connect_options options) {
    target wanted{.host = std::string(to.host), .port = to.port, .known = {}};
    return connect_within(std::move(wanted), options);
}

[[clang::coro_wrapper]]
task<stream> open_connection(address to, connect_options options) {
    target wanted{.host = {}, .port = 0, .known = to};
    return connect_within(std::move(wanted), options);
}

std::pair<stream, stream> open_pair() {
    event_loop& loop = event_loop::current();
    int sockets[2];
    os::or_throw(loop.door().open_pair(sockets), "socketpair");
    socket left(loop.door(), sockets[0]);
    socket right(loop.door(), sockets[1]);
    return {stream(loop, carry(std::move(left))), stream(loop, carry(std::move(right)))};
}

}  // namespace troika::net
