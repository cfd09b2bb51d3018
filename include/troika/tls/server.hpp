// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/net/security.hpp>
#include <troika/net/stream.hpp>
#include <troika/tls/error.hpp>
#include <troika/tls/version.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troika::tls {

class server_core;

/// Whether a server asks its clients who they are.
enum class client_certificate : std::uint8_t { none, optional, required };

/// How a server makes connections secure.
struct server_options {
    server_options() {}   // with a constructor, g++ 12 handles it well next to co_await

    /// The certificate (with those that lead to its authority) and its key: files in PEM, or the
    /// texts of such files.
    std::string certificate_file;
    std::string key_file;
    std::string certificate;
    std::string key;
    /// Who may sign the certificates of clients, as client_options has it.
    std::string authorities_file;
    std::string authorities;
    client_certificate clients = client_certificate::none;
    version version_min = version::tls_1_2;
    version version_max = version::tls_1_3;
    /// Protocols that are spoken (ALPN), the preferred first. A client that offers only others is
    /// refused; one that offers none is not.
    std::vector<std::string> protocols;
    duration handshake_timeout = std::chrono::seconds(10);
    /// For telling a client that its connection ends, after it was closed here.
    duration farewell_timeout = std::chrono::seconds(5);
};

/// How a server shows who it is.
///
/// A handle: copies share everything. Thread: any. Lifetime: connections keep what they need.
class server_context final : public net::server_security {
public:
    /// Throws: tls::error for a certificate or key that cannot be used, or that do not belong
    /// together.
    explicit server_context(const server_options& options);
    server_context(const server_context&) noexcept;
    server_context& operator=(const server_context&) noexcept;
    ~server_context() override;

    [[nodiscard]] task<net::stream> accept(net::stream plain) const override;

    [[nodiscard]] const server_options& options() const noexcept;

private:
    std::shared_ptr<server_core> core_;
};

/// A context for servers. Throws: as server_context's constructor.
[[nodiscard]] server_context server(const server_options& options);

}  // namespace troika::tls
