// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/http/body_source.hpp>
#include <troika/http/client_error.hpp>
#include <troika/http/client_options.hpp>
#include <troika/http/exchange.hpp>
#include <troika/http/response.hpp>
#include <troika/http/url.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace troika {
class event_loop;
}

namespace troika::http {

class client_core;

/// What a client keeps to itself; private.
struct client_core_delete {
    void operator()(client_core* core) const noexcept;
};

/// Sends requests over HTTP/1.1, secured by TLS for https, and keeps the connections for the next
/// ones.
///
/// Requests beyond the limits wait in the order in which they came. Redirects are followed; what is
/// meant for one origin (Authorization, Cookie, a password in the URL) is not sent to another. A
/// request that can be repeated is sent once more where a kept connection turns out to be gone.
/// Thread: its loop's. Lifetime: longer than its requests and exchanges.
class client {
public:
    /// In the loop of the task that runs.
    /// Throws: tls::error where the TLS context offers protocols other than HTTP/1; http_error for
    /// fields that the client says itself.
    client();
    explicit client(client_options options);
    client(event_loop& loop, client_options options);
    client(client&&) noexcept = default;
    client& operator=(client&&) noexcept = default;
    ~client() = default;

    /// Sends a request and reads the whole answer.
    ///
    /// Throws: url_error (at once, not when awaited), unsupported_scheme, redirect_error,
    /// client_timeout, body_too_large, protocol_error, proxy_error, tls::error, std::system_error.
    /// A status such as 404 is an answer: see response::raise_for_status().
    /// Cancel: closes the connection. Lifetime: what `options` refers to, until the await ends.
    task<response> request(std::string_view method, std::string_view url,
                           request_options options = {});
    task<response> request(std::string_view method, http::url url, request_options options = {});
    task<response> get(std::string_view url, request_options options = {});

    /// Sends a request and reads the head of the answer; its body is read from the exchange.
    ///
    /// Throws and Cancel: as request().
    task<exchange> open(std::string_view method, std::string_view url,
                        request_options options = {});
    task<exchange> open(std::string_view method, http::url url, request_options options = {});

    [[nodiscard]] const client_options& options() const noexcept;

    /// Connections with a request in flight, and connections that are kept for the next one.
    [[nodiscard]] std::size_t connections_in_use() const noexcept;
    [[nodiscard]] std::size_t connections_idle() const noexcept;
    /// Closes the connections that are kept.
    void close_idle() noexcept;

private:
    std::unique_ptr<client_core, client_core_delete> core_;
};

/// Gets `url` with a client that belongs to the current event loop. Throws: as client::request().
task<response> get(std::string_view url, request_options options = {});
/// The same for any method.
task<response> request(std::string_view method, std::string_view url, request_options options = {});

/// The client that get() and request() use. Lifetime: that of the loop.
/// Throws: std::logic_error where no event loop runs.
client& default_client();

}  // namespace troika::http
