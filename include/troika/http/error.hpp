// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troika::http {

/// What went wrong, for programs; the message of the exception is for people.
enum class errc : std::uint8_t {
    // what the caller, or its user, wrote
    invalid_url,
    invalid_header_name,
    invalid_header_value,
    invalid_method,
    invalid_target,
    invalid_credentials,
    invalid_netrc,
    invalid_proxy,
    invalid_cookie_file,
    invalid_hsts_file,
    // more than a named limit allows, on either side
    too_many_headers,
    headers_too_large,
    start_line_too_long,
    chunk_extensions_too_large,
    trailers_too_large,
    too_many_interim_responses,
    content_expands_too_much,
    // what the peer wrote
    invalid_start_line,
    unsupported_version,
    bare_line_feed,
    bare_carriage_return,
    folded_header,
    invalid_content_length,
    conflicting_framing,
    unsupported_transfer_encoding,
    invalid_chunk,
    missing_host,
    malformed_message,
    unsupported_content_coding,
    malformed_content,
    unsolicited_response,
    // the peer left too early
    closed_before_message,
    truncated_head,
    truncated_body,
    truncated_content,
    // what a client does not do
    unsupported_scheme,
    too_many_redirects,
    redirect_refused,
    proxy_refused,
    body_too_large,
    unexpected_status,
    body_source_failed,
};

/// Anything of HTTP that is not as it must be; the base of this folder's exceptions.
class http_error : public std::runtime_error {
public:
    http_error(errc code, const std::string& message)
        : std::runtime_error(message), code_(code) {}

    [[nodiscard]] errc code() const noexcept { return code_; }

private:
    errc code_;
};

/// The peer did not speak HTTP as it must be spoken, or left in the middle of a message. What it
/// sent cannot be trusted, and the connection must be closed.
class protocol_error : public http_error {
public:
    using http_error::http_error;

    /// Returns: the status with which a server answers such a request before it closes.
    [[nodiscard]] int response_status() const noexcept;
};

/// A text that is not a URL.
class url_error : public http_error {
public:
    url_error(const std::string& message, std::size_t position)
        : http_error(errc::invalid_url, message), position_(position) {}

    /// Returns: where in the text, in bytes from its beginning.
    [[nodiscard]] std::size_t position() const noexcept { return position_; }

private:
    std::size_t position_;
};

}  // namespace troika::http
