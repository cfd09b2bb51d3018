// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/net/stream.hpp>

#include <cstdint>
#include <string>

namespace troika::net {

/// What makes a client's connection secure: tls::client_context is one.
///
/// An interface here, so that connecting knows nothing of TLS.
/// Lifetime: longer than the connections that are being opened with it.
class client_security {
public:
    virtual ~client_security() = default;

    /// Secures `plain`, a connection to `host`, a name or an address, on `port`.
    ///
    /// Throws: tls::error and the like where the peer is not who it should be; timeout_error.
    /// Cancel: closes the connection.
    [[nodiscard]] virtual task<stream> secure(stream plain, std::string host,
                                              std::uint16_t port) const = 0;

protected:
    client_security() noexcept = default;
    client_security(const client_security&) noexcept = default;
    client_security& operator=(const client_security&) noexcept = default;
};

/// What makes a server's connections secure: tls::server_context is one.
/// Lifetime: longer than the server.
class server_security {
public:
    virtual ~server_security() = default;

    /// Secures `plain`, a connection that was accepted. Throws and Cancel: as client_security's.
    [[nodiscard]] virtual task<stream> accept(stream plain) const = 0;

protected:
    server_security() noexcept = default;
    server_security(const server_security&) noexcept = default;
    server_security& operator=(const server_security&) noexcept = default;
};

}  // namespace troika::net
