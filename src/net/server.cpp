// SPDX-License-Identifier: MIT
#include <troika/net/server.hpp>

#include <troika/io/detour.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/resolve.hpp>

#include "net/server_core.hpp"
#include "os/error.hpp"

#include <string>
#include <utility>
#include <vector>

namespace troika::net {

namespace {

task<void> end_of(future<void> ended) {
    try {
        co_await ended;
    } catch (const cancelled&) {
        // The server's own end by close() is no cancellation of the one who waits for it.
        if (!ended.done()) throw;
    }
}

}  // namespace

server& server::operator=(server&& other) noexcept {
    if (this == &other) return *this;
    close();
    core_ = other.core_;
    ended_ = std::move(other.ended_);
    local_ = other.local_;
    return *this;
}

std::size_t server::connections() const noexcept { return ended_.done() ? 0 : core_->connections; }

void server::tell_of_failure(cancel_scope* waiting) noexcept {
    if (!ended_.done()) {
        core_->waiting = waiting;
        return;
    }
    const std::exception_ptr error = ended_.exception();
    const bool failed = error != nullptr && !troika::impl::is_cancelled(error);
    if (failed && waiting != nullptr) waiting->cancel();
}

void server::close() noexcept {
    if (ended_.valid() && !ended_.done()) ended_.cancel();
}

[[clang::coro_wrapper]]
task<void> server::wait_closed() { return end_of(ended_); }

task<void> server::drain() {
    co_await io::on_loop();
    if (!ended_.done()) core_->stop_accepting();
    bool interrupted = false;
    try {
        co_await end_of(ended_);
    } catch (const cancelled&) {
        interrupted = true;
    }
    if (!interrupted) co_return;
    close();
    cancel_scope shield({.shielded = true});
    co_await end_of(ended_);
    shield.leave();
    throw cancelled{};
}

server make_server(std::unique_ptr<server_core> core) {
    server_core& kept = *core;
    const address local = kept.local;
    future<void> ended =
        kept.loop.roots().start(server_core::serve(std::move(core)), {.name = "server"});
    return server(kept, std::move(ended), local);
}

namespace {

task<server> start_at(std::string host, std::uint16_t port, connection_handler handler,
                      server_options options) {
    co_await io::on_loop();
    const endpoint where{host, port};
    const std::vector<address> found = co_await resolve(where);
    const address& at = found.front();
    event_loop& loop = event_loop::current();
    poller& door = loop.door();
    const listen_options how{.backlog = options.backlog, .reuse_port = options.reuse_port};
    socket listener(door, os::or_throw(door.listen(at.raw(), how), "listen", at.to_string()));
    socket_address raw;
    os::or_throw(door.local_address(listener.descriptor(), raw), "getsockname", at.to_string());
    co_return make_server(std::make_unique<server_core>(loop, std::move(listener), address(raw),
                                                        std::move(handler), options));
}

}  // namespace

[[clang::coro_wrapper]]
task<server> start_server(endpoint at, connection_handler handler, server_options options) {
    return start_at(std::string(at.host), at.port, std::move(handler), options);
}

}  // namespace troika::net
