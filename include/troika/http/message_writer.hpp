// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/headers.hpp>
#include <troika/http/message_head.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace troika::http {

/// The first line of a request, and whom it is for.
struct outgoing_request {
    std::string_view method = "GET";
    std::string_view target = "/";   // url::target(); absolute for a proxy
    std::string_view host;           // url::host_and_port()
};

/// Appends the head of a request: first line, Host (unless `fields` has one), fields, empty line.
///
/// A buffer that is cleared and used again costs no allocation.
/// Throws: http_error where the method is not a token, or the target or the host is none for it: as
/// in headers, nothing that comes from outside can begin a new line. `to` is as before then.
void append_request_head(std::string& to, const outgoing_request& request, const headers& fields);

/// Appends the head of a response. Requires: a status from 100 to 999.
void append_response_head(std::string& to, int status, const headers& fields,
                          http_version version = http_version::http_1_1);

/// Appends what goes before the `size` bytes of a chunk; chunk_end goes after them.
/// Requires: size > 0, for an empty chunk ends the body.
void append_chunk_begin(std::string& to, std::uint64_t size);
inline constexpr std::string_view chunk_end = "\r\n";

/// Appends the end of a chunked body, with `trailers`.
void append_last_chunk(std::string& to, const headers& trailers = {});

}  // namespace troika::http
