// SPDX-License-Identifier: MIT
#include <troika/http/error.hpp>

#include <troika/http/status.hpp>

namespace troika::http {

int protocol_error::response_status() const noexcept {
    switch (code()) {
        case errc::start_line_too_long:
            return status::uri_too_long;
        case errc::too_many_headers:
        case errc::headers_too_large:
        case errc::trailers_too_large:
            return status::request_header_fields_too_large;
        case errc::body_too_large:
            return status::content_too_large;
        case errc::unsupported_transfer_encoding:
            return status::not_implemented;
        case errc::unsupported_version:
            return status::http_version_not_supported;
        default:
            return status::bad_request;
    }
}

}  // namespace troika::http
