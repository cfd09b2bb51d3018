// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tls/error.hpp>

#include <string>
#include <string_view>

struct ssl_st;

namespace troika::tls {

/// What OpenSSL said about a failure, and what it means.
struct openssl_failure {
    errc code;
    std::string detail;
};

/// Takes the errors of this thread's last call to OpenSSL. Returns: the first of them, as
/// `certificate verify failed`; empty if there is none.
[[nodiscard]] std::string take_openssl_errors();

/// The same after a step of `connection` has failed; `host` is whom it is with, for messages,
/// `in_handshake` whether it was not yet secure.
[[nodiscard]] openssl_failure take_failure(ssl_st* connection, std::string_view host,
                                           bool in_handshake);

/// Throws: tls::error (bad_configuration) of `what`, which OpenSSL refused, with what it said.
[[noreturn]] void throw_refused(const std::string& what);

}  // namespace troika::tls
