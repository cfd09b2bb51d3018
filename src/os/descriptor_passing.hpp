// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

// Bytes between processes with descriptors beside them (SCM_RIGHTS). int results: -errno on
// failure.

namespace troika::os {

/// With one message, at most: what Linux allows.
inline constexpr std::size_t passed_descriptors_max = 253;

/// A pair of sockets, both closing on exec, that keep messages apart: each is received as it was
/// sent, as a whole. Returns: 0 or -errno.
int open_packet_pair(int (&sockets)[2]) noexcept;

enum class passing : unsigned char { wait, at_once };

/// Sends `bytes`, at least one, and duplicates of `descriptors` with the first of them.
/// Returns: how many bytes; all of them by a packet socket. -EAGAIN when there is no room and it
/// shall not wait, -ETOOMANYREFS when too many descriptors are on their way, -EPIPE when the other
/// side is gone, -ECONNRESET once when it had not read all; never SIGPIPE.
int send_with_descriptors(int socket, std::span<const std::byte> bytes,
                          std::span<const int> descriptors, passing how) noexcept;

/// Receives a packet, or what a stream has, and the descriptors beside it, at most
/// passed_descriptors_max of them; all closing on exec, owned by the caller.
/// Returns: the bytes; 0 at the end; -EAGAIN when there is nothing and it shall not wait;
/// -EMSGSIZE when there was more than `into` holds: it is lost. `count` are the descriptors, which
/// may be fewer than were sent when this process may have no more.
int receive_with_descriptors(int socket, std::span<std::byte> into,
                             int (&descriptors)[passed_descriptors_max], std::size_t& count,
                             passing how) noexcept;

/// Sleeps until something can be received, or the end is there, or `deadline`.
/// Returns: 1; 0 when that has passed; or -errno.
int wait_until_readable(int socket, std::chrono::steady_clock::time_point deadline) noexcept;

}  // namespace troika::os
