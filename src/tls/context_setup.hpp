// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tls/version.hpp>

#include "tls/openssl_handles.hpp"

#include <span>
#include <string>
#include <vector>

// What contexts of clients and servers have in common.
namespace troika::tls {

/// A context with the versions, ciphers and modes that all of ours have.
/// Throws: tls::error, std::bad_alloc.
[[nodiscard]] context_ptr make_context(const SSL_METHOD* method, version min, version max);

/// Trusts whom this system trusts: SSL_CERT_FILE and SSL_CERT_DIR, else OpenSSL's own places.
/// Throws: tls::error.
void trust_system(SSL_CTX* context);

/// Trusts the authorities in a file and in a text, both in PEM; empty: none.
/// Throws: tls::error that names the file.
void trust_authorities(SSL_CTX* context, const std::string& file, const std::string& text);

/// Shows a certificate, from files or from texts. Throws: tls::error that says what is wrong.
void show_certificate_files(SSL_CTX* context, const std::string& certificate,
                            const std::string& key);
void show_certificate_texts(SSL_CTX* context, const std::string& certificate,
                            const std::string& key);

/// The protocols as ALPN sends them. Throws: tls::error for names that are empty or longer than
/// 255 bytes.
[[nodiscard]] std::vector<unsigned char> wire_protocols(std::span<const std::string> names);

}  // namespace troika::tls
