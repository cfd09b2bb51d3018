// SPDX-License-Identifier: MIT
#include <troika/net/address.hpp>

#include "os/socket.hpp"

#include <stdexcept>

namespace troika::net {

namespace {

constexpr std::string_view local_prefix = "unix:";

address parse_local(const endpoint& where) {
    std::string path(where.host.substr(local_prefix.size()));
    if (where.port != 0)
        throw std::invalid_argument("the Unix socket " + path + " has no port: leave it out");
    if (path.starts_with('@')) path.front() = '\0';
    const std::optional<socket_address> raw = os::local_address_of(path);
    if (!raw)
        throw std::invalid_argument("the path of a Unix socket has 1 to 107 bytes: " +
                                    std::string(where.host));
    return address(*raw);
}

}  // namespace

std::optional<address> address::parse(const endpoint& where) {
    if (where.host.starts_with(local_prefix)) return parse_local(where);
    const std::optional<socket_address> raw = os::parse_address(where.host, where.port);
    if (!raw) return std::nullopt;
    return address(*raw);
}

std::string address::to_string() const {
    return raw_.size == 0 ? std::string() : os::format_address(raw_);
}

std::string address::host() const { return raw_.size == 0 ? std::string() : os::format_host(raw_); }

std::uint16_t address::port() const noexcept { return raw_.size == 0 ? 0 : os::port_of(raw_); }

std::optional<address_family> address::family() const noexcept {
    if (raw_.size == 0) return std::nullopt;
    return os::family_of(raw_);
}

bool address::operator==(const address& other) const noexcept {
    if (raw_.size == 0 || other.raw_.size == 0) return raw_.size == other.raw_.size;
    return os::same_address(raw_, other.raw_);
}

}  // namespace troika::net
