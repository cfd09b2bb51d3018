// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/message_head.hpp>

#include <string_view>

namespace troika::http {

struct request_line {
    std::string_view method;
    std::string_view target;
    http_version version = http_version::http_1_1;
};

struct status_line {
    int status = 0;
    std::string_view reason;
    http_version version = http_version::http_1_1;
};

/// Both to the letter of RFC 9112, sections 3 and 4 (one space where it says one): llhttp has read
/// the line already, and what it forgave is refused here.
/// Throws: protocol_error.
[[nodiscard]] request_line parse_request_line(std::string_view line);
[[nodiscard]] status_line parse_status_line(std::string_view line);

/// Returns: whether `target` is one of the four forms that a request with `method` may have.
[[nodiscard]] bool is_target_for(std::string_view method, std::string_view target) noexcept;

}  // namespace troika::http
