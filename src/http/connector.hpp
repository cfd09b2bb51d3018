// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/http/client_options.hpp>
#include <troika/http/proxy.hpp>
#include <troika/net/stream.hpp>
#include <troika/tls/client.hpp>

#include "http/route.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troika::http {

/// Makes the connections of a client: straight or through a proxy, and secure where they have to
/// be. Thread: the loop's.
class connector {
public:
    /// Lifetime: `options` as long as the connector.
    explicit connector(const client_options& options) : options_(options) {}

    /// Throws: client_timeout, proxy_error, protocol_error (a proxy's), tls::error,
    /// std::system_error.
    task<net::stream> connect(route to, duration timeout);

private:
    task<net::stream> connect_now(const route& to);
    const tls::client_context& security();

    const client_options& options_;
    std::optional<tls::client_context> made_;   // where the options name none, when first needed
};

/// Asks the proxy behind `through` for a tunnel to `to`.
///
/// What the far end says first, if it speaks first, stays in the stream. Throws: proxy_error where
/// the proxy refuses; protocol_error; std::system_error.
task<void> open_tunnel(net::stream& through, const route& to, const client_options& options);

}  // namespace troika::http
