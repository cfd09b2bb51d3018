// SPDX-License-Identifier: MIT
#include "http/alpn.hpp"

#include <troika/tls/error.hpp>

namespace troika::http {

void require_http_1(std::span<const std::string> protocols) {
    for (const std::string& each : protocols)
        if (each != "http/1.1" && each != "http/1.0")
            throw tls::error(tls::errc::bad_configuration,
                             "the TLS context names the protocol '" + each +
                                 "' (ALPN), but HTTP/1 is all that is spoken here; name http/1.1");
}

}  // namespace troika::http
