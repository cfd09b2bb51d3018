// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/net/address.hpp>

#include "net/socket.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace troika {
class event_loop;
}

namespace troika::net {

/// How long an attempt is alone before the next begins beside it, unless it fails earlier.
inline constexpr duration attempt_delay = std::chrono::milliseconds(250);

/// Families alternate, beginning with the first address's; within a family the order is kept.
/// Source: RFC 8305, section 4.
std::vector<address> interleave(const std::vector<address>& addresses);

/// Connects to the first of `to` that answers; they are tried in their order, `attempt_delay`
/// apart, and those that lose are closed. `name` is for messages.
/// Throws: std::system_error, which tells of all attempts. Source: RFC 8305, section 5.
task<socket> connect_to_first(event_loop& loop, std::string name, std::vector<address> to);

}  // namespace troika::net
