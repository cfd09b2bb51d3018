// SPDX-License-Identifier: MIT
#include "loop/kernel_poller.hpp"

#include <troika/base/check.hpp>

#include "os/socket.hpp"

namespace troika {

kernel_poller::~kernel_poller() {
    check(in_flight_ == 0, "a poller is destroyed while operations are in flight");
}

int kernel_poller::open_socket(address_family family) noexcept {
    const int socket = os::open_stream_socket(family, nonblocking_);
    if (socket >= 0) adopt(socket, family != address_family::local);
    return socket;
}

int kernel_poller::listen(const socket_address& address, const listen_options& options) noexcept {
    const int socket = os::listen_stream(address, options, nonblocking_);
    if (socket >= 0) adopt(socket, os::family_of(address) != address_family::local);
    return socket;
}

int kernel_poller::open_pair(int (&sockets)[2]) noexcept {
    const int result = os::open_stream_pair(sockets, nonblocking_);
    if (result >= 0)
        for (int socket : sockets) adopt(socket, false);
    return result;
}

int kernel_poller::local_address(int socket, socket_address& into) noexcept {
    return os::local_address(socket, into);
}

int kernel_poller::remote_address(int socket, socket_address& into) noexcept {
    return os::remote_address(socket, into);
}

int kernel_poller::shutdown(int socket, shutdown_how how) noexcept {
    return os::shut_down(socket, how);
}

int kernel_poller::set_no_delay(int socket, bool on) noexcept {
    return os::set_no_delay(socket, on);
}

}  // namespace troika
