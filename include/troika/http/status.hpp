// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace troika::http {

/// The status codes that programs name; a status is a plain int, and any from 100 to 999 may come.
///
/// Source: RFC 9110, section 15.
namespace status {
inline constexpr int continue_ = 100;
inline constexpr int switching_protocols = 101;
inline constexpr int early_hints = 103;
inline constexpr int ok = 200;
inline constexpr int created = 201;
inline constexpr int accepted = 202;
inline constexpr int no_content = 204;
inline constexpr int partial_content = 206;
inline constexpr int moved_permanently = 301;
inline constexpr int found = 302;
inline constexpr int see_other = 303;
inline constexpr int not_modified = 304;
inline constexpr int temporary_redirect = 307;
inline constexpr int permanent_redirect = 308;
inline constexpr int bad_request = 400;
inline constexpr int unauthorized = 401;
inline constexpr int forbidden = 403;
inline constexpr int not_found = 404;
inline constexpr int method_not_allowed = 405;
inline constexpr int proxy_authentication_required = 407;
inline constexpr int request_timeout = 408;
inline constexpr int precondition_failed = 412;
inline constexpr int content_too_large = 413;
inline constexpr int uri_too_long = 414;
inline constexpr int range_not_satisfiable = 416;
inline constexpr int expectation_failed = 417;
inline constexpr int too_early = 425;
inline constexpr int too_many_requests = 429;
inline constexpr int request_header_fields_too_large = 431;
inline constexpr int internal_server_error = 500;
inline constexpr int not_implemented = 501;
inline constexpr int bad_gateway = 502;
inline constexpr int service_unavailable = 503;
inline constexpr int gateway_timeout = 504;
inline constexpr int http_version_not_supported = 505;
}  // namespace status

/// Returns: the standard's words for `code`, such as "Not Found"; empty for a code it does not
/// name.
[[nodiscard]] std::string_view reason_phrase(int code) noexcept;

/// Returns: whether `code` announces another answer to the same request (100 to 199 but 101, which
/// ends HTTP on the connection).
[[nodiscard]] constexpr bool is_interim(int code) noexcept {
    return code >= 100 && code < 200 && code != status::switching_protocols;
}

/// Returns: whether `code` tells the client to go to the Location it names.
[[nodiscard]] constexpr bool is_redirect(int code) noexcept {
    return code == status::moved_permanently || code == status::found ||
           code == status::see_other || code == status::temporary_redirect ||
           code == status::permanent_redirect;
}

}  // namespace troika::http
