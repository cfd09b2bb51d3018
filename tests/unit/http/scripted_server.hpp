// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/client.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/server.hpp>
#include <troika/tasks/sleep.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/support/virtual_loop.hpp"

namespace troika::http::testing {

/// A function that makes a task. (std::function itself cannot: clang wants to know who wraps
/// tasks.)
template <class... Arguments>
class task_maker {
public:
    template <class F>
    requires std::is_invocable_r_v<task<void>, F&, Arguments...> task_maker(F make)
        : make_([make = std::move(make)](std::optional<task<void>>& into,
                                         Arguments... arguments) mutable {
              into.emplace(make(std::forward<Arguments>(arguments)...));
          }) {}
    [[clang::coro_wrapper]] task<void> operator()(Arguments... arguments) const {
        std::optional<task<void>> made;
        make_(made, std::forward<Arguments>(arguments)...);
        return std::move(*made);
    }

private:
    std::function<void(std::optional<task<void>>&, Arguments...)> make_;
};

/// What a server does with its n-th connection, counted from 0.
using connection_script = task_maker<net::stream&, std::size_t>;

/// A server that says, byte for byte, what a test wants, and remembers what it was asked.
class scripted_server {
public:
    /// `tls`: makes it an https server; outlives it.
    explicit scripted_server(connection_script script, const net::server_security* tls = nullptr)
        : script_(std::move(script)), tls_(tls) {}
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    task<void> start() {
        net::server_options options;
        options.tls = tls_;
        server_.emplace(
            co_await net::start_server(net::endpoint{"127.0.0.1", 0}, handler(*this), options));
    }
    task<void> stop() {
        server_->close();
        co_await server_->wait_closed();
    }

    [[nodiscard]] std::string base() const {
        return (tls_ == nullptr ? "http://" : "https://") + host();
    }
    [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }
    [[nodiscard]] std::string host() const {
        return "127.0.0.1:" + std::to_string(server_->port());
    }
    [[nodiscard]] std::string url(std::string_view path) const {
        return base() + std::string(path);
    }

    /// Reads one request without a body, and remembers its head.
    /// Returns: false when the client has closed.
    task<bool> read_request(net::stream& peer) {
        std::string head;
        try {
            head = co_await peer.read_until("\r\n\r\n");
        } catch (const std::exception&) {
            co_return false;
        }
        requests.push_back(std::move(head));
        co_return true;
    }

    std::size_t connections = 0;
    std::vector<std::string> requests;

private:
    struct handler {
        explicit handler(scripted_server& of) noexcept : server(&of) {}
        [[clang::coro_wrapper]] task<void> operator()(net::stream peer) const {
            return server->serve(std::move(peer));
        }
        scripted_server* server;
    };

    task<void> serve(net::stream peer) {
        const std::size_t number = connections++;
        co_await script_(peer, number);
    }

    connection_script script_;
    const net::server_security* tls_;
    std::optional<net::server> server_;
};

/// What a test does with a server and a client.
using client_script = task_maker<scripted_server&, client&>;

inline task<void> play(connection_script server, client_options options, client_script script,
                       const net::server_security* tls = nullptr) {
    scripted_server here(std::move(server), tls);
    co_await here.start();
    std::exception_ptr error;
    try {
        client asking(std::move(options));
        co_await script(here, asking);
    } catch (...) {
        error = std::current_exception();
    }
    if (error && troika::impl::is_cancelled(error)) std::rethrow_exception(error);
    co_await here.stop();
    if (error) std::rethrow_exception(error);
}

/// On the backend that the environment names.
inline void run_real(connection_script server, client_script script,
                     client_options options = client_options()) {
    event_loop loop;
    loop.run(play(std::move(server), std::move(options), std::move(script)));
}

/// In virtual time.
inline void run_virtual(connection_script server, client_script script,
                        client_options options = client_options(),
                        const net::server_security* tls = nullptr) {
    testing_support::run_virtual(
        play(std::move(server), std::move(options), std::move(script), tls));
}

/// A connection that answers its requests with `replies`, one after the other, then closes.
inline task<void> reply_each(scripted_server& here, net::stream& peer,
                             std::vector<std::string> replies) {
    for (const std::string& reply : replies) {
        const bool asked = co_await here.read_request(peer);
        if (!asked) co_return;
        co_await peer.write_all(reply);
    }
}

/// The same, with the replies named one by one. (g++ 12 cannot have a list next to co_await.)
template <std::convertible_to<std::string>... Replies>
[[clang::coro_wrapper]] task<void> reply_with(scripted_server& here, net::stream& peer,
                                              Replies... replies) {
    return reply_each(here, peer, std::vector<std::string>{std::move(replies)...});
}

/// The error with which a request ends.
template <class Error>
task<std::optional<Error>> error_of(task<response> asked) {
    try {
        co_await std::move(asked);
    } catch (const Error& error) {
        co_return error;
    }
    ADD_FAILURE() << "an error was expected";
    co_return std::nullopt;
}

/// A response with a body of known length.
inline std::string ok(std::string_view body, std::string_view fields = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace troika::http::testing
