// SPDX-License-Identifier: MIT
#include <troika/http/message_writer.hpp>

#include <troika/base/check.hpp>
#include <troika/http/error.hpp>
#include <troika/http/status.hpp>

#include "http/quoted.hpp"
#include "http/start_line.hpp"
#include "http/uri_syntax.hpp"

#include <charconv>

namespace troika::http {

namespace {

template <class Number>
void append_number(std::string& to, Number value, int base) {
    char text[20];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, base);
    check(error == std::errc{}, "a number of 64 bits has at most 20 digits");
    to.append(text, end);
}

}  // namespace

void append_request_head(std::string& to, const outgoing_request& request, const headers& fields) {
    if (!is_token(request.method))
        throw http_error(errc::invalid_method,
                         quoted(request.method) + " is not a method; use GET, POST or the like");
    if (!is_target_for(request.method, request.target))
        throw http_error(errc::invalid_target,
                         quoted(request.target) + " is not a target for " +
                             std::string(request.method) +
                             "; write a path such as /file, with spaces and the like encoded");
    const bool names_host = fields.contains("Host");
    constexpr byte_set in_host = host_characters.with(":[]%");
    if (!names_host && !in_host.contains_all(request.host))
        throw http_error(errc::invalid_target,
                         quoted(request.host) + " is not a host; write a name or an address");
    to.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    if (!names_host) to.append("Host: ").append(request.host).append("\r\n");
    to.append(fields.wire()).append("\r\n");
}

void append_response_head(std::string& to, int status, const headers& fields,
                          http_version version) {
    check(status >= 100 && status <= 999, "a status has three digits");
    to.append(version == http_version::http_1_1 ? "HTTP/1.1 " : "HTTP/1.0 ");
    append_number(to, status, 10);
    to.append(" ").append(reason_phrase(status)).append("\r\n");
    to.append(fields.wire()).append("\r\n");
}

void append_chunk_begin(std::string& to, std::uint64_t size) {
    check(size > 0, "an empty chunk would end the body");
    append_number(to, size, 16);
    to.append("\r\n");
}

void append_last_chunk(std::string& to, const headers& trailers) {
    to.append("0\r\n").append(trailers.wire()).append("\r\n");
}

}  // namespace troika::http
