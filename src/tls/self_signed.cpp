// SPDX-License-Identifier: MIT
#include <troika/tls/self_signed.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "tls/openssl_error.hpp"
#include "tls/openssl_handles.hpp"

#include <stdexcept>

namespace troika::tls {

namespace {

constexpr std::int64_t valid_seconds = 30 * 24 * 60 * 60;

void require(bool done, const char* what) {
    if (!done) throw_refused(what);
}

bool is_address(const std::string& host) {
    ASN1_OCTET_STRING* parsed = a2i_IPADDRESS(host.c_str());
    ASN1_OCTET_STRING_free(parsed);
    ERR_clear_error();
    return parsed != nullptr;
}

void set_time(ASN1_TIME* at, std::int64_t seconds) {
    if (seconds == 0)
        require(X509_gmtime_adj(at, 0) != nullptr, "a time cannot be set");
    else
        require(ASN1_TIME_set(at, seconds) != nullptr, "a time cannot be set");
}

void add_extension(X509* certificate, int which, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()));
    require(made && X509_add_ext(certificate, made.get(), -1) == 1,
            "an extension cannot be added to a certificate");
}

// For X509V3_EXT_conf_nid(), whose separator is the comma.
std::string names_of(std::span<const std::string> hosts) {
    std::string text;
    for (const std::string& host : hosts) {
        if (host.empty() || host.find_first_of(",\n\r") != host.npos)
            throw std::invalid_argument("'" + host + "' cannot be the name of a host");
        text += (text.empty() ? "" : ",");
        text += (is_address(host) ? "IP:" : "DNS:") + host;
    }
    return text;
}

template <class Write>
std::string pem_of(Write write) {
    const bio_ptr bio(BIO_new(BIO_s_mem()));
    require(bio && write(bio.get()) == 1, "a certificate cannot be written");
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

std::string fingerprint_of(const X509* certificate) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    require(X509_digest(certificate, EVP_sha256(), digest, &size) == 1,
            "a certificate has no digest");
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

}  // namespace

identity self_signed(std::span<const std::string> hosts, self_signed_options options) {
    if (hosts.empty()) throw std::invalid_argument("a certificate is for at least one host");
    const std::string names = names_of(hosts);
    ERR_clear_error();
    const key_ptr key(EVP_EC_gen("P-256"));
    const certificate_ptr made(X509_new());
    require(key && made, "a key cannot be made");
    X509* certificate = made.get();
    require(X509_set_version(certificate, X509_VERSION_3) == 1, "a version cannot be set");
    unsigned char serial[16];
    require(RAND_bytes(serial, sizeof serial) == 1, "there are no random numbers");
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7f) | 0x40);   // positive, full length
    BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
    const bool numbered =
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
    BN_free(number);
    require(numbered, "a serial number cannot be set");
    set_time(X509_getm_notBefore(certificate), options.not_before);
    if (options.not_after == 0 && options.not_before == 0)
        require(X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds) != nullptr,
                "a time cannot be set");
    else
        set_time(X509_getm_notAfter(certificate),
                 options.not_after != 0 ? options.not_after : options.not_before + valid_seconds);
    X509_NAME* name = X509_get_subject_name(certificate);
    const std::string common = hosts.front().substr(0, 64);   // the field's limit
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common.c_str()), -1,
                                       -1, 0) == 1,
            "a name cannot be set");
    require(X509_set_issuer_name(certificate, name) == 1, "an issuer cannot be set");
    require(X509_set_pubkey(certificate, key.get()) == 1, "a key cannot be set");
    add_extension(certificate, NID_subject_alt_name, names);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_ext_key_usage, "serverAuth,clientAuth");
    require(X509_sign(certificate, key.get(), EVP_sha256()) > 0, "a certificate cannot be signed");
    identity answer;
    answer.certificate = pem_of([&](BIO* to) { return PEM_write_bio_X509(to, certificate); });
    answer.key = pem_of([&](BIO* to) {
        return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    answer.fingerprint = fingerprint_of(certificate);
    return answer;
}

}  // namespace troika::tls
