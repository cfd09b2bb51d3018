// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/proxy.hpp>
#include <troika/http/url.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace troika::http {

/// The way to an origin: which host, whether securely, and through which proxy. Connections that
/// are kept serve requests of the same route only.
struct route {
    std::string host;   // an IPv6 address without its brackets
    std::uint16_t port = 0;
    bool secure = false;
    std::optional<proxy> via;

    /// A proxy that speaks for us, since the request is not secure; otherwise it is a tunnel.
    [[nodiscard]] bool is_forwarded() const noexcept { return via && !secure; }
};

/// Writes what tells the route to `where` from all others into `key`: its origin, and the proxy
/// with its log-in.
void write_route_key(std::string& key, const url& where, const std::optional<proxy>& via);

/// Returns: the route to `where`, an http or https URL.
[[nodiscard]] route route_to(const url& where, std::optional<proxy> via);

}  // namespace troika::http
