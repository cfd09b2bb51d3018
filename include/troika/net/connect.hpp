// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task.hpp>
#include <troika/net/address.hpp>
#include <troika/net/stream.hpp>

#include <utility>

namespace troika::net {

class client_security;

/// How open_connection() goes about it.
struct connect_options {
    /// For everything: looking up, trying all addresses, and becoming secure.
    duration connect_timeout = std::chrono::seconds(30);
    /// Makes the connection secure, for instance a tls::client_context; null: as it is.
    const client_security* tls = nullptr;
};

/// Connects to `to`: TCP to a numeric address or a name, or a Unix socket.
///
/// Throws: std::system_error "connect 10.0.0.1:443: Connection refused"; timeout_error; tls::error;
/// std::invalid_argument for a path that cannot be one.
/// Lifetime: the text of `to`, until the call returns (not: until the await ends).
task<stream> open_connection(endpoint to, connect_options options = {});
task<stream> open_connection(address to, connect_options options = {});

/// Two connected streams in the loop of the task that runs: what is written to one is read from the
/// other. Throws: std::system_error.
std::pair<stream, stream> open_pair();

}  // namespace troika::net
