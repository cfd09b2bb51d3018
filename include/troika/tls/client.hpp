// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/net/security.hpp>
#include <troika/net/stream.hpp>
#include <troika/tls/error.hpp>
#include <troika/tls/version.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troika::tls {

class client_core;

/// How a client makes connections secure.
struct client_options {
    client_options() {}   // with a constructor, g++ 12 handles it well next to co_await

    /// Whether the server must prove to be the host that was meant. Without, anybody on the way
    /// can read and change everything: only for tests.
    bool verify = true;
    /// Whom this system trusts (package ca-certificates; SSL_CERT_FILE and SSL_CERT_DIR).
    bool system_trust = true;
    /// Authorities that are trusted besides: a file, and the text of one, both in PEM.
    std::string authorities_file;
    std::string authorities;
    /// Our own certificate (with those that lead to its authority) and its key, files in PEM;
    /// empty: none.
    std::string certificate_file;
    std::string key_file;
    version version_min = version::tls_1_2;
    version version_max = version::tls_1_3;
    /// Protocols to be offered (ALPN), the preferred first: `http/1.1`.
    std::vector<std::string> protocols;
    /// For the handshake alone.
    duration handshake_timeout = std::chrono::seconds(30);
    /// For telling the server that a connection ends, after it was closed here.
    duration farewell_timeout = std::chrono::seconds(5);
    /// Hosts of which sessions are kept, so that the next handshake is short; 0: none.
    std::size_t sessions_max = 1024;
};

/// What a client trusts, how it shows who it is, and the sessions it can resume.
///
/// A handle: copies share everything. Host names and addresses are checked against the certificate
/// (RFC 6125, RFC 9110 section 4.3.4), and sent as SNI where they are names.
/// Thread: any. Lifetime: connections keep what they need.
class client_context final : public net::client_security {
public:
    /// Throws: tls::error for files that cannot be used.
    explicit client_context(const client_options& options);
    client_context(const client_context&) noexcept;
    client_context& operator=(const client_context&) noexcept;
    ~client_context() override;

    [[nodiscard]] task<net::stream> secure(net::stream plain, std::string host,
                                           std::uint16_t port) const override;

    [[nodiscard]] const client_options& options() const noexcept;
    /// Sessions that are kept at the moment.
    [[nodiscard]] std::size_t sessions() const noexcept;

private:
    std::shared_ptr<client_core> core_;
};

/// A context for clients: trusts whom the system trusts, and checks names.
///
/// Reading whom the system trusts takes as long as many handshakes: make one context for all, and
/// where others wait, off the loop (io::offload).
/// Throws: tls::error for files that cannot be used.
[[nodiscard]] client_context client(const client_options& options = {});

}  // namespace troika::tls
