// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/clock.hpp>
#include <troika/http/headers.hpp>
#include <troika/http/message_parser.hpp>
#include <troika/http/proxy.hpp>
#include <troika/tls/client.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

class body_source;
class cookie_jar;
class hsts_store;
class netrc;

/// Stands for "no limit" where a time is limited.
inline constexpr duration no_timeout = duration::max();

/// How long a client waits for what.
struct client_timeouts {
    /// For looking up the name, trying its addresses, and for TLS; a proxy's tunnel included.
    duration connect = std::chrono::seconds(30);
    /// From the request (its last byte) to the first byte of the answer.
    duration first_byte = std::chrono::seconds(60);
    /// For the next byte, in either direction; noticed after at most a quarter more of that time.
    duration stall = std::chrono::seconds(60);
    /// For everything, from the call to the last byte of the body.
    duration total = no_timeout;
};

/// How a client behaves.
struct client_options {
    client_options() {}   // with a constructor, g++ 12 handles it well next to co_await

    /// Connections to one origin (scheme, host and port), in use or kept.
    std::size_t connections_per_origin_max = 64;
    /// Connections altogether.
    std::size_t connections_max = 1024;
    /// How long a connection is kept for the next request; zero: not at all.
    duration keep_alive_max = std::chrono::seconds(30);
    client_timeouts timeouts;
    /// Redirects followed for one request; 0: they are answers like others.
    std::size_t redirects_max = 10;
    /// Whether a redirect may lead from https to http, where anybody can read and change it.
    bool redirects_to_http = false;
    /// How https is made secure, and an https proxy; nothing: as tls::client() does, offering
    /// `http/1.1`.
    std::optional<tls::client_context> tls;
    /// Through which proxies requests go; see proxy_settings::from_environment().
    proxy_settings proxies;
    /// Cookies, which are sent and taken. Null: none. Lifetime: longer than the client; the same
    /// for those below.
    cookie_jar* cookies = nullptr;
    /// Hosts that want to be asked by https: followed, and noted. Null: nothing of that.
    hsts_store* hsts = nullptr;
    /// Log-ins for hosts, where a request brings none itself; a redirect to another origin gets no
    /// `default`. Null: none.
    const netrc* logins = nullptr;
    /// A body that is kept in memory, see request() and exchange::read_all().
    std::size_t body_size_max = std::size_t{64} << 20;
    /// What all receive buffers together take, as long as each can have its 8 KiB.
    std::size_t buffer_bytes_max = std::size_t{16} << 20;
    /// What a server may send as heads, before it is refused.
    parser_limits response_limits;
    /// The User-Agent header; empty: none.
    std::string user_agent = "troika/0.1";
    /// Sent with every request that does not name them itself. (The log-in at a proxy is part of
    /// `proxies`; a Proxy-Authorization here goes only where a proxy forwards the request.)
    http::headers fields;
};

/// What may be said about one request. All of it is looked at until the await ends.
struct request_options {
    /// Header fields; they take the place of the client's of the same name.
    const http::headers* fields = nullptr;
    /// The body, from memory.
    std::string_view body = {};
    /// The body, from elsewhere; then `body` is not looked at.
    body_source* source = nullptr;
    /// Asks the server to look at the head before the body is sent (Expect: 100-continue); a server
    /// that does not answer gets the body after `continue_timeout` all the same.
    bool expect_continue = false;
    duration continue_timeout = std::chrono::seconds(1);
    /// In the place of the client's.
    std::optional<client_timeouts> timeouts = {};
    std::optional<std::size_t> redirects_max = {};
    /// Tells the server that the body may be coded (Accept-Encoding). request() decodes it (the
    /// fields of the response stay those of the coded body); what open() gives is read through a
    /// decoded_body.
    bool accept_codings = false;
    std::optional<std::size_t> body_size_max = {};
};

}  // namespace troika::http
