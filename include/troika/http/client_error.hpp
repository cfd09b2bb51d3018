// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/http/error.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace troika::http {

/// What a client was doing when its time was over.
enum class client_phase : std::uint8_t {
    connect,      ///< looking up the name, trying its addresses, TLS, a proxy's tunnel
    first_byte,   ///< the request is sent, and nothing of the answer came
    stall,        ///< no byte moved for a time
    total,        ///< all of it together
};

/// The server, or the way to it, is too slow.
class client_timeout : public timeout_error {
public:
    client_timeout(client_phase phase, const std::string& what)
        : timeout_error(what), phase_(phase) {}

    [[nodiscard]] client_phase phase() const noexcept { return phase_; }

private:
    client_phase phase_;
};

/// A proxy that does not let us through.
class proxy_error : public http_error {
public:
    proxy_error(int status, const std::string& message)
        : http_error(errc::proxy_refused, message), status_(status) {}

    /// What it answered, as 407.
    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int status_;
};

/// A URL that this client cannot fetch: its scheme is neither http nor https.
class unsupported_scheme : public http_error {
public:
    /// `url`: the one that is meant, without credentials; after redirects not what was asked for.
    unsupported_scheme(const std::string& message, std::string url)
        : http_error(errc::unsupported_scheme, message), url_(std::move(url)) {}

    [[nodiscard]] const std::string& url() const noexcept { return url_; }

private:
    std::string url_;
};

/// A redirect that is not followed: too many, in a circle, or to where it must not lead.
class redirect_error : public http_error {
public:
    using http_error::http_error;
};

/// A body is larger than the caller is ready to keep.
class body_too_large : public http_error {
public:
    explicit body_too_large(const std::string& message)
        : http_error(errc::body_too_large, message) {}
};

/// The server's answer is no success; what response::raise_for_status() throws.
class status_error : public http_error {
public:
    status_error(int status, const std::string& message)
        : http_error(errc::unexpected_status, message), status_(status) {}

    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int status_;
};

}  // namespace troika::http
