// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/headers.hpp>
#include <troika/http/message_head.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace troika::http {

/// What the fields of a head say about the message and its connection, gathered in one pass.
struct framing_fields {
    bool chunked = false;
    std::optional<std::uint64_t> content_length;
    int hosts = 0;
    bool close = false;
    bool keep_alive = false;
    bool upgrade = false;   // an Upgrade field, and Connection names it
    bool expects_continue = false;
};

/// Throws: protocol_error where fields contradict each other or ask for what is not understood.
/// Source: RFC 9112, section 6.
[[nodiscard]] framing_fields read_framing_fields(const headers& fields, http_version version);

/// Returns: whether the connection may be used again after a message that has an end of its own.
[[nodiscard]] constexpr bool keeps_alive(const framing_fields& found,
                                         http_version version) noexcept {
    return !found.close && (version == http_version::http_1_1 || found.keep_alive);
}

}  // namespace troika::http
