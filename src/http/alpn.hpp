// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

namespace troika::http {

/// Checks the protocols (ALPN) that a TLS context names: a peer that chose another than HTTP/1
/// would be spoken to in the wrong one.
/// Throws: tls::error, `bad_configuration`. Source: RFC 7301, section 6.
void require_http_1(std::span<const std::string> protocols);

}  // namespace troika::http
