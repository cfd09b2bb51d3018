// SPDX-License-Identifier: MIT
#include "tls/openssl_error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls/openssl_handles.hpp"

namespace troika::tls {

namespace {

std::string text_of(unsigned long code) {
    if (code == 0) return {};
    const char* reason = ERR_reason_error_string(code);
    if (reason != nullptr) return reason;
    char text[160];
    ERR_error_string_n(code, text, sizeof text);
    return text;
}

}  // namespace

std::string names_of(const x509_st* certificate) {
    std::string text;
    if (certificate == nullptr) return text;
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    constexpr int names_max = 3;
    const int count = sk_GENERAL_NAME_num(names);
    int shown = 0;
    for (int i = 0; i < count && shown < names_max; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS) continue;
        const auto* bytes = ASN1_STRING_get0_data(name->d.dNSName);
        const std::string_view host(reinterpret_cast<const char*>(bytes),
                                    static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        bool plain = host.size() <= 253;
        for (const char c : host) plain = plain && c > 0x20 && c < 0x7f;
        if (!plain) continue;
        text += (shown++ == 0 ? "" : ", ");
        text += host;
    }
    if (count > names_max) text += ", ...";
    GENERAL_NAMES_free(names);
    return text;
}

namespace {

openssl_failure certificate_failure(long verdict, const peer_names& peer) {
    const std::string said = X509_verify_cert_error_string(verdict);
    switch (verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {errc::certificate_expired, "its certificate has expired"};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {errc::certificate_not_yet_valid,
                    "its certificate is not valid yet (is this machine's clock right?)"};
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH: {
            std::string text = "its certificate is not for " + std::string(peer.host);
            if (!peer.certificate.empty()) (text += " but for ") += peer.certificate;
            return {errc::host_mismatch, text};
        }
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return {errc::certificate_untrusted,
                    "it signed its certificate itself; if it is yours, name that certificate as an "
                    "authority to trust"};
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_UNTRUSTED:
            return {errc::certificate_untrusted,
                    "nobody who is trusted here has signed its certificate (" + said +
                        "); install the package ca-certificates, or name its authority"};
        default: return {errc::certificate_invalid, "its certificate is not valid: " + said};
    }
}

openssl_failure reason_failure(int reason, std::string detail, bool in_handshake) {
    switch (reason) {
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            if (in_handshake)
                return {errc::handshake_failed, "it ended the connection during the handshake"};
            return {errc::truncated, "the connection ended before TLS did: what came may be cut"};
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
            if (in_handshake)
                return {errc::not_tls, "it does not speak TLS there (" + detail + ")"};
            break;
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        case SSL_R_VERSION_TOO_LOW:
        case SSL_R_NO_PROTOCOLS_AVAILABLE:
            return {errc::version_mismatch,
                    "no version of TLS is allowed by both sides (" + detail + ")"};
        case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return {errc::no_common_protocol, "no protocol (ALPN) is known to both sides"};
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return {errc::certificate_required, "it requires a certificate of the client"};
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
        case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            return {errc::certificate_refused,
                    "it does not accept the certificate (" + detail + ")"};
        default: break;
    }
    if (detail.empty()) detail = "no reason was given";
    if (in_handshake) return {errc::handshake_failed, "the TLS handshake failed: " + detail};
    return {errc::protocol_violated, "TLS failed: " + detail};
}

}  // namespace

std::string take_openssl_errors() {
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    return text_of(first);
}

openssl_failure take_failure(ssl_st* connection, const peer_names& peer, bool in_handshake) {
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    const long verdict = SSL_get_verify_result(connection);
    if (in_handshake && verdict != X509_V_OK && (SSL_get_verify_mode(connection) & SSL_VERIFY_PEER))
        return certificate_failure(verdict, peer);
    return reason_failure(ERR_GET_REASON(first), text_of(first), in_handshake);
}

void throw_refused(const std::string& what) {
    const std::string said = take_openssl_errors();
    throw error(errc::bad_configuration, what + (said.empty() ? "" : ": " + said));
}

}  // namespace troika::tls
