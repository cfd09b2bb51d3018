// SPDX-License-Identifier: MIT
#include <troika/tls/connection_info.hpp>

#include "tls/openssl_handles.hpp"
#include "tls/tls_transport.hpp"

#include <new>

namespace troika::tls {

namespace {

std::string subject_of(SSL* connection) {
    const certificate_ptr shown(SSL_get1_peer_certificate(connection));
    if (!shown) return {};
    const bio_ptr text(BIO_new(BIO_s_mem()));
    if (!text) throw std::bad_alloc();
    // Escapes control characters and what is not ASCII.
    X509_NAME_print_ex(text.get(), X509_get_subject_name(shown.get()), 0, XN_FLAG_ONELINE);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

}  // namespace

std::optional<connection_info> info_of(const net::stream& secured) {
    const auto* carrier = dynamic_cast<const tls_transport*>(&secured.carrier());
    if (carrier == nullptr) return std::nullopt;
    SSL* connection = carrier->how().connection();
    connection_info info;
    info.version = SSL_get_version(connection);
    info.cipher = SSL_get_cipher_name(connection);
    const unsigned char* chosen = nullptr;
    unsigned chosen_size = 0;
    SSL_get0_alpn_selected(connection, &chosen, &chosen_size);
    if (chosen != nullptr) info.protocol.assign(reinterpret_cast<const char*>(chosen), chosen_size);
    info.resumed = SSL_session_reused(connection) == 1;
    info.subject = subject_of(connection);
    if (const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name))
        info.host = name;
    return info;
}

}  // namespace troika::tls
