// SPDX-License-Identifier: MIT
#include "net/socket_transport.hpp"

#include <utility>

namespace troika::net {

socket_transport::socket_transport(socket connected, address remote) noexcept
    : socket_(std::move(connected)), remote_(remote) {}

int socket_transport::shut_down(shutdown_how how) noexcept {
    return socket_.door().shutdown(socket_.descriptor(), how);
}

address socket_transport::local_address() const {
    socket_address raw;
    if (socket_.door().local_address(socket_.descriptor(), raw) < 0) return {};
    return address(raw);
}

std::string socket_transport::peer_name() const {
    std::string name = remote_.to_string();
    // The client's end of a Unix connection has no name; then that of the socket says more.
    return name.empty() || name == "unix:" ? local_address().to_string() : name;
}

std::unique_ptr<transport> carry(socket connected) {
    socket_address raw;
    address remote;
    if (connected.door().remote_address(connected.descriptor(), raw) >= 0) remote = address(raw);
    if (remote.family() != address_family::local)
        connected.door().set_no_delay(connected.descriptor(), true);
    return std::make_unique<socket_transport>(std::move(connected), remote);
}

}  // namespace troika::net
