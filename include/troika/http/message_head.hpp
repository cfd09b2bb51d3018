// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/headers.hpp>

#include <cstdint>
#include <string>

namespace troika::http {

enum class http_version : std::uint8_t { http_1_0, http_1_1 };

/// How the end of a body is known.
enum class body_kind : std::uint8_t {
    none,          // there is no body
    length,        // Content-Length says how many bytes
    chunked,       // it comes in chunks, the last of which is empty
    until_close,   // it ends where the connection ends (responses only)
};

struct body_framing {
    body_kind kind = body_kind::none;
    std::uint64_t length = 0;   // of kind `length`

    friend bool operator==(const body_framing&, const body_framing&) = default;
};

/// What begins a request, as a server receives it.
struct request_head {
    std::string method;
    std::string target;   // as sent: "/a?b", "http://host/a", "host:443" (CONNECT), "*" (OPTIONS)
    http_version version = http_version::http_1_1;
    headers fields;
    body_framing body;
    bool keep_alive = false;         // the client is ready for another request
    bool expects_continue = false;   // it waits for 100 Continue before it sends the body
    bool upgrade = false;            // it offers another protocol (or is CONNECT)
};

/// What begins a response, as a client receives it.
struct response_head {
    int status = 0;
    std::string reason;
    http_version version = http_version::http_1_1;
    headers fields;
    body_framing body;
    bool keep_alive = false;   // the connection may carry another request after this message
    bool upgrade = false;      // what follows on the connection is another protocol
};

}  // namespace troika::http
