// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tls/error.hpp>

#include <string>
#include <string_view>

struct ssl_st;
struct x509_st;

namespace troika::tls {

/// What OpenSSL said about a failure, and what it means.
struct openssl_failure {
    errc code;
    std::string detail;
};

/// Takes the errors of this thread's last call to OpenSSL. Returns: the first of them, as
/// `certificate verify failed`; empty if there is none.
[[nodiscard]] std::string take_openssl_errors();

/// Whom a connection is with, for messages.
struct peer_names {
    std::string_view host;          // as it was asked for
    std::string_view certificate;   // as its certificate has it, if that was refused
};

/// The same after a step of `connection` has failed; `in_handshake`: it was not yet secure.
[[nodiscard]] openssl_failure take_failure(ssl_st* connection, const peer_names& peer,
                                           bool in_handshake);

/// For whom a certificate is, as far as a message needs it: `example.org, *.example.org`.
[[nodiscard]] std::string names_of(const x509_st* certificate);

/// Throws: tls::error (bad_configuration) of `what`, which OpenSSL refused, with what it said.
[[noreturn]] void throw_refused(const std::string& what);

}  // namespace troika::tls
