// SPDX-License-Identifier: MIT
#pragma once

#include <troika/net/stream.hpp>

#include <optional>
#include <string>

namespace troika::tls {

/// What was agreed for one connection.
struct connection_info {
    std::string version;    ///< `TLSv1.3`
    std::string cipher;     ///< `TLS_AES_128_GCM_SHA256`
    std::string protocol;   ///< chosen by ALPN; empty: none
    bool resumed = false;   ///< by a session of an earlier connection
    std::string subject;    ///< of the peer's certificate, `CN = example.org`; empty: it has none
    std::string host;       ///< the name the client asked for; empty: none
};

/// Returns: nothing for a stream without TLS. Requires: the stream is open.
[[nodiscard]] std::optional<connection_info> info_of(const net::stream& secured);

}  // namespace troika::tls
