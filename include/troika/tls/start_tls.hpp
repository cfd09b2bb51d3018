// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/net/stream.hpp>
#include <troika/tls/client.hpp>
#include <troika/tls/server.hpp>

#include <string>

namespace troika::tls {

/// Makes an open connection secure, as protocols do that begin in plain text (STARTTLS): `plain` is
/// the secured stream afterwards.
///
/// What was read ahead belongs to TLS: text that somebody on the way slipped in before the
/// handshake makes it fail instead of being taken for the peer's.
/// Throws: tls::error, timeout_error, std::system_error; the connection is closed then.
/// Cancel: closes the connection. Requires: no task reads or writes. Lifetime: `plain`, until the
/// await ends.
task<void> start_tls(net::stream& plain, client_context trust, std::string host);
/// The same for a server.
task<void> start_tls(net::stream& plain, server_context identity);

}  // namespace troika::tls
