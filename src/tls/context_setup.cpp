// SPDX-License-Identifier: MIT
#include "tls/context_setup.hpp"

#include <troika/tls/error.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "os/environment.hpp"
#include "os/file.hpp"
#include "tls/openssl_error.hpp"

#include <algorithm>
#include <new>
#include <string_view>

namespace troika::tls {

namespace {

int number_of(version which) noexcept {
    return which == version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

bio_ptr reader_of(const std::string& text) {
    bio_ptr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!bio) throw std::bad_alloc();
    return bio;
}

// The end of a PEM text is an error to OpenSSL, and is none here.
void require_end_of_pem(const std::string& what) {
    const unsigned long last = ERR_peek_last_error();
    if (ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE) {
        ERR_clear_error();
        return;
    }
    throw_refused(what);
}

// Whether a folder has names as OpenSSL looks for them: `5ed36f99.0`.
bool has_hashed_names(const char* folder) {
    std::vector<os::directory_entry> entries;
    constexpr std::size_t entries_max = 4096;
    os::read_directory(folder, entries, entries_max);
    return std::ranges::any_of(entries, [](const os::directory_entry& each) {
        constexpr std::string_view digits = "0123456789abcdef";
        return each.name.size() == 10 && each.name.ends_with(".0") &&
               each.name.find_first_not_of(digits) == 8;
    });
}

// OpenSSL has refused a key: because it belongs to another certificate, or as `otherwise` says.
[[noreturn]] void throw_key_refused(const std::string& otherwise) {
    const unsigned long first = ERR_peek_error();
    if (ERR_GET_LIB(first) == ERR_LIB_X509 &&
        ERR_GET_REASON(first) == X509_R_KEY_VALUES_MISMATCH)
        throw_refused("the key does not belong to the certificate");
    throw_refused(otherwise);
}

// A question for a passphrase would hold the program at a terminal that may not be there.
int no_passphrase(char*, int, int, void*) noexcept { return -1; }

}  // namespace

context_ptr make_context(const SSL_METHOD* method, version min, version max) {
    ERR_clear_error();
    context_ptr made(SSL_CTX_new(method));
    if (!made) throw_refused("OpenSSL cannot make a context");
    if (min > max) throw error(errc::bad_configuration, "version_min is above version_max");
    SSL_CTX* context = made.get();
    SSL_CTX_set_min_proto_version(context, number_of(min));
    SSL_CTX_set_max_proto_version(context, number_of(max));
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Idle connections give their 34 KiB back.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
    // 128-bit keys first, as browsers have it: as good as unbreakable, and a third cheaper.
    SSL_CTX_set_ciphersuites(context,
                             "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:"
                             "TLS_AES_256_GCM_SHA384");
    return made;
}

void trust_system(SSL_CTX* context) {
    ERR_clear_error();
    // Where authorities are in files named by their hashes, as in Debian, only those are read that
    // are asked for; the bundle of all of them takes tens of milliseconds.
    const char* folder = X509_get_default_cert_dir();
    const bool told = os::environment(X509_get_default_cert_file_env()) ||
                      os::environment(X509_get_default_cert_dir_env());
    const bool by_hash = !told && has_hashed_names(folder);
    const int done = by_hash ? SSL_CTX_load_verify_dir(context, folder)
                             : SSL_CTX_set_default_verify_paths(context);
    if (done != 1) throw_refused("the authorities that this system trusts cannot be read");
    ERR_clear_error();   // a place that is not there is none
}

void trust_authorities(SSL_CTX* context, const std::string& file, const std::string& text) {
    ERR_clear_error();
    if (!file.empty() && SSL_CTX_load_verify_file(context, file.c_str()) != 1)
        throw_refused("the file of authorities " + file + " cannot be used (it must hold PEM)");
    if (text.empty()) return;
    const bio_ptr bio = reader_of(text);
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    int count = 0;
    for (;; ++count) {
        const certificate_ptr each(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!each) break;
        if (X509_STORE_add_cert(store, each.get()) != 1)
            throw_refused("an authority cannot be used");
    }
    require_end_of_pem("the text of authorities cannot be read");
    if (count == 0) throw error(errc::bad_configuration, "the text of authorities holds no PEM");
}

void show_certificate_files(SSL_CTX* context, const std::string& certificate,
                            const std::string& key) {
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
        throw_refused("the certificate " + certificate + " cannot be used (it must hold PEM)");
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        throw_key_refused("the key " + key +
                          " cannot be used (it must hold PEM, and no passphrase)");
}

void show_certificate_texts(SSL_CTX* context, const std::string& certificate,
                            const std::string& key) {
    ERR_clear_error();
    const bio_ptr chain = reader_of(certificate);
    const certificate_ptr own(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1)
        throw_refused("the text of the certificate cannot be used");
    for (;;) {
        certificate_ptr next(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
        if (!next) break;
        if (SSL_CTX_add0_chain_cert(context, next.get()) != 1)
            throw_refused("a certificate of the chain cannot be used");
        static_cast<void>(next.release());   // the context has it
    }
    require_end_of_pem("the text of the certificate cannot be read");
    const bio_ptr secret = reader_of(key);
    const key_ptr own_key(PEM_read_bio_PrivateKey(secret.get(), nullptr, &no_passphrase, nullptr));
    if (!own_key || SSL_CTX_use_PrivateKey(context, own_key.get()) != 1)
        throw_key_refused("the text of the key cannot be used");
}

std::vector<unsigned char> wire_protocols(std::span<const std::string> names) {
    std::vector<unsigned char> wire;
    for (const std::string& name : names) {
        if (name.empty() || name.size() > 255)
            throw error(errc::bad_configuration,
                        "a protocol's name (ALPN) has from 1 to 255 characters");
        wire.push_back(static_cast<unsigned char>(name.size()));
        wire.insert(wire.end(), name.begin(), name.end());
    }
    return wire;
}

}  // namespace troika::tls
