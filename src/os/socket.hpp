// SPDX-License-Identifier: MIT
#pragma once

#include <troika/os/socket_address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::os {

// ---- addresses

/// "127.0.0.1", "::1", "[::1]", "fe80::1%eth0" with a port: nothing is looked up.
/// Returns: nothing when `host` is not a numeric address.
std::optional<socket_address> parse_address(std::string_view host, std::uint16_t port) noexcept;

/// The address of a Unix socket; a leading NUL means Linux's abstract namespace.
/// Returns: nothing when `path` is empty or longer than 107 bytes.
std::optional<socket_address> local_address_of(std::string_view path) noexcept;

/// "127.0.0.1:80", "[::1]:80", "unix:/run/x", "unix:@abstract", "unix:" for an unnamed one.
std::string format_address(const socket_address& address);

/// The host alone: "127.0.0.1", "::1", "/run/x".
std::string format_host(const socket_address& address);

/// Returns: nothing when the family is none of ours.
std::optional<address_family> family_of(const socket_address& address) noexcept;

/// 0 for a Unix socket.
std::uint16_t port_of(const socket_address& address) noexcept;
void set_port(socket_address& address, std::uint16_t port) noexcept;

/// Same family, address and port.
bool same_address(const socket_address& a, const socket_address& b) noexcept;

// ---- calls: a descriptor, a count or 0; -errno on failure; descriptors close on exec

int open_stream_socket(address_family family, bool nonblocking) noexcept;

/// SO_REUSEADDR is set; a Unix path is not unlinked first. The socket is closed on failure.
int listen_stream(const socket_address& address, const listen_options& options,
                  bool nonblocking) noexcept;

int open_stream_pair(int (&sockets)[2], bool nonblocking) noexcept;

int local_address(int socket, socket_address& into) noexcept;
int remote_address(int socket, socket_address& into) noexcept;
int shut_down(int socket, shutdown_how how) noexcept;

/// TCP_NODELAY; 0 and no effect on sockets that are not TCP.
int set_no_delay(int socket, bool on) noexcept;

/// Has the kernel look after a TCP peer that says nothing: it asks after `idle`, and again each
/// `idle` / 4; the connection fails after about twice `idle` without an answer.
int keep_alive(int socket, std::chrono::seconds idle) noexcept;

/// close() then sends RST and drops what was not sent. For tests and for dropping hostile peers.
int set_reset_on_close(int socket) noexcept;

int set_receive_buffer(int socket, int bytes) noexcept;
int set_send_buffer(int socket, int bytes) noexcept;

/// The pending error of a socket, as -errno; 0 when there is none.
int take_error(int socket) noexcept;

int accept_stream(int listener, bool nonblocking) noexcept;
int connect_stream(int socket, const socket_address& address) noexcept;
/// A new socket that is connected to `address`, blocking for at most `timeout`.
/// Returns: the socket, or -errno.
int connect_within(const socket_address& address, std::chrono::milliseconds timeout) noexcept;
/// Sleeps until there is something to receive, an end or an error, or `timeout` has passed.
/// Returns: whether there is.
bool wait_readable(int socket, std::chrono::milliseconds timeout) noexcept;

/// Never sleep and never raise SIGPIPE, whatever the mode of the socket. EINTR is tried again.
int receive(int socket, void* into, std::uint32_t size) noexcept;
int send(int socket, const void* from, std::uint32_t size) noexcept;

}  // namespace troika::os
