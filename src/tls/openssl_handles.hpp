// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

// Owners of what OpenSSL hands out.
namespace troika::tls {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using bio_ptr = std::unique_ptr<BIO, freed_by<&BIO_free_all>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<&X509_free>>;
using context_ptr = std::unique_ptr<SSL_CTX, freed_by<&SSL_CTX_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<&X509_EXTENSION_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;
using session_ptr = std::unique_ptr<SSL_SESSION, freed_by<&SSL_SESSION_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<&SSL_free>>;

}  // namespace troika::tls
