// SPDX-License-Identifier: MIT
#include <troika/net/connect.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/loop/event_loop.hpp>

#include "net/socket_operation.hpp"
#include "net/socket_transport.hpp"

#include <cerrno>
#include <optional>
#include <string>

namespace troika::net {

namespace {

task<socket> connect_socket(event_loop& loop, address to) {
    const std::optional<address_family> family = to.family();
    if (!family) os::throw_error(EAFNOSUPPORT, "connect", to.to_string());
    poller& door = loop.door();
    socket made(door, os::or_throw(door.open_socket(*family), "connect", to.to_string()));
    co_await connect_operation(loop, made, to);
    co_return made;
}

task<stream> connect_to(address to, connect_options options) {
    event_loop& loop = event_loop::current();
    cancel_scope scope({.deadline = deadline_after(loop.now(), options.connect_timeout)});
    std::optional<socket> connected;
    try {
        connected.emplace(co_await connect_socket(loop, to));
    } catch (const cancelled&) {
        scope.leave();
        if (!scope.caught()) throw;
        throw timeout_error("connect " + to.to_string());
    }
    scope.leave();
    co_return stream(loop, carry(std::move(*connected)));
}

task<stream> connect_to_name(std::string host, std::uint16_t port, connect_options options) {
    const endpoint to{host, port};
    const std::optional<address> numeric = address::parse(to);
    if (!numeric) os::throw_error(EADDRNOTAVAIL, "connect", host);
    co_return co_await connect_to(*numeric, options);
}

}  // namespace

[[clang::coro_wrapper]]
task<stream> open_connection(endpoint to, connect_options options) {
    return connect_to_name(std::string(to.host), to.port, options);
}

[[clang::coro_wrapper]]
task<stream> open_connection(address to, connect_options options) { return connect_to(to, options); }

std::pair<stream, stream> open_pair() {
    event_loop& loop = event_loop::current();
    int sockets[2];
    os::or_throw(loop.door().open_pair(sockets), "socketpair");
    socket left(loop.door(), sockets[0]);
    socket right(loop.door(), sockets[1]);
    return {stream(loop, carry(std::move(left))), stream(loop, carry(std::move(right)))};
}

}  // namespace troika::net
