// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancel_scope.hpp>
#include <troika/tls/start_tls.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "unit/http/scripted_server.hpp"
#include "unit/tls/two_ends.hpp"

namespace troika::http::testing {

/// What a proxy does with its n-th connection.
using proxy_script = task_maker<scripted_server&, net::stream&, std::size_t>;

/// What a test does with a proxy, and a client that goes through it.
using through_script = task_maker<scripted_server&, client&>;

struct through_options {
    std::string login = {};    // "user:password@"
    std::string direct = {};   // the hosts that are asked without the proxy
    bool secure = false;       // an https proxy
    client_timeouts timeouts = {};
};

inline task<void> play_through(const proxy_script& script, through_options how,
                               const through_script& asking,
                               client_options options = client_options()) {
    const tls::server_context identity = tls::server(tls::testing_tls::showing());
    scripted_server* here = nullptr;
    const connection_script serve = [&](net::stream& peer, std::size_t number) -> task<void> {
        co_await script(*here, peer, number);
    };
    scripted_server server(serve, how.secure ? &identity : nullptr);
    here = &server;
    co_await server.start();
    std::string address = server.base() + "/";
    address.insert(address.find("//") + 2, how.login);
    if (!options.tls) options.tls = tls::client(tls::testing_tls::trusting());
    options.timeouts = how.timeouts;
    options.proxies = proxy_settings(proxy::parse(address), proxy_exceptions(how.direct));
    std::exception_ptr error;
    try {
        client through(options);
        co_await asking(server, through);
    } catch (...) {
        error = std::current_exception();
    }
    // Its connections use what is here.
    cancel_scope shield({.shielded = true});
    co_await server.stop();
    shield.leave();
    if (error) std::rethrow_exception(error);
}

inline void run_through(const proxy_script& script, const through_script& asking,
                        through_options how = {}, client_options options = client_options()) {
    testing_support::run_virtual(
        play_through(script, std::move(how), asking, std::move(options)));
}

/// Opens a tunnel as it is asked to, and is the host at its end.
inline task<void> serve_in_tunnel(scripted_server& here, net::stream& peer,
                                  std::vector<std::string> replies) {
    const bool asked = co_await here.read_request(peer);
    if (!asked) co_return;
    co_await peer.write_all("HTTP/1.1 200 Connection established\r\n\r\n");
    co_await tls::start_tls(peer, tls::server(tls::testing_tls::showing()));
    co_await reply_each(here, peer, std::move(replies));
}
template <std::convertible_to<std::string>... Replies>
[[clang::coro_wrapper]] task<void> tunnel(scripted_server& here, net::stream& peer,
                                          Replies... replies) {
    return serve_in_tunnel(here, peer, std::vector<std::string>{std::move(replies)...});
}

/// What the web answers: the URL and the head of a request give the answer's bytes.
using web = std::function<std::string(const std::string& url, const std::string& head)>;

/// Is all servers behind a proxy at once.
inline task<void> be_the_web(scripted_server& here, net::stream& peer, web answer) {
    std::string base;   // of the host at the end of the tunnel
    for (;;) {
        const bool asked = co_await here.read_request(peer);
        if (!asked) co_return;
        const std::string head = here.requests.back();
        const std::size_t begin = head.find(' ') + 1;
        std::string target = head.substr(begin, head.find(' ', begin) - begin);
        if (head.starts_with("CONNECT ")) {
            here.requests.pop_back();
            if (target.ends_with(":443")) target.resize(target.size() - 4);
            base = "https://" + target;
            co_await peer.write_all("HTTP/1.1 200 OK\r\n\r\n");
            co_await tls::start_tls(peer, tls::server(tls::testing_tls::showing()));
        } else {
            co_await peer.write_all(answer(base + target, head));
        }
    }
}

/// A client that meets `answer` wherever it goes.
inline void run_web(web answer, client_options options, through_script asking) {
    run_through(
        [&](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await be_the_web(here, peer, answer);
        },
        std::move(asking), {}, std::move(options));
}

/// An answer that leads to `location`.
inline std::string moved(std::string_view location, std::string_view fields = {}) {
    return "HTTP/1.1 302 Found\r\nLocation: " + std::string(location) + "\r\n" +
           std::string(fields) + "Content-Length: 0\r\n\r\n";
}

}  // namespace troika::http::testing
