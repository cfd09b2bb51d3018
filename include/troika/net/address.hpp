// SPDX-License-Identifier: MIT
#pragma once

#include <troika/os/socket_address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::net {

/// Where something listens, as users write it: a host (a name or a numeric address) and a port, or
/// `unix:` and a path (`unix:@name` in Linux's abstract namespace) without a port.
///
/// Lifetime: only looks at the text; functions that take an endpoint copy what they keep.
struct endpoint {
    std::string_view host;
    std::uint16_t port = 0;
};

/// A numeric address that sockets understand: IPv4, IPv6 or Unix. A value; small and comparable.
class address {
public:
    /// No address: that of a pipe in memory, or of a Unix socket without a name.
    address() noexcept = default;
    explicit address(const socket_address& raw) noexcept : raw_(raw) {}

    /// Returns: nothing when `where` is not numeric, so that it would have to be looked up.
    /// Throws: std::invalid_argument for a Unix path that is empty, too long, or has a port.
    static std::optional<address> parse(const endpoint& where);

    /// "127.0.0.1:80", "[::1]:80", "unix:/run/x"; "" for none.
    [[nodiscard]] std::string to_string() const;
    /// The host alone, "127.0.0.1", "::1"; the path of a Unix socket.
    [[nodiscard]] std::string host() const;
    /// 0 for a Unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Returns: nothing for no address.
    [[nodiscard]] std::optional<address_family> family() const noexcept;

    [[nodiscard]] const socket_address& raw() const noexcept { return raw_; }
    [[nodiscard]] bool operator==(const address& other) const noexcept;

private:
    socket_address raw_;
};

}  // namespace troika::net
