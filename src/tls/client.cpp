// SPDX-License-Identifier: MIT
#include <troika/tls/client.hpp>

#include <troika/io/offload.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/context_setup.hpp"
#include "tls/engine.hpp"
#include "tls/handshake.hpp"
#include "tls/openssl_error.hpp"
#include "tls/session_cache.hpp"

#include <atomic>
#include <mutex>
#include <new>
#include <utility>

namespace troika::tls {

/// What the handles of one client context share. Thread: any.
class client_core {
public:
    explicit client_core(const client_options& options);

    /// Whether trust() has been called, or there is nothing for it to do.
    [[nodiscard]] bool trusts() const noexcept { return trusts_.load(std::memory_order_acquire); }
    /// Reads whom the system trusts. May be called again, by any thread; sleeps in the kernel.
    void trust();

    [[nodiscard]] std::unique_ptr<engine> connect(const std::string& host, std::uint16_t port);

    const client_options options;
    session_cache sessions;

private:
    static int keep_session(SSL* connection, SSL_SESSION* session);
    static int look_at_certificate(int accepted, X509_STORE_CTX* checked);

    context_ptr context_;
    std::once_flag reading_;
    std::atomic<bool> trusts_;   // set with release after the context has changed
};

client_core::client_core(const client_options& wanted)
    : options(wanted),
      sessions(wanted.sessions_max),
      context_(make_context(TLS_client_method(), wanted.version_min, wanted.version_max)),
      trusts_(!wanted.system_trust) {
    SSL_CTX* context = context_.get();
    trust_authorities(context, options.authorities_file, options.authorities);
    if (options.certificate_file.empty() != options.key_file.empty())
        throw error(errc::bad_configuration, "a certificate and its key come together");
    if (!options.certificate_file.empty())
        show_certificate_files(context, options.certificate_file, options.key_file);
    const std::vector<unsigned char> protocols = wire_protocols(options.protocols);
    if (!protocols.empty() &&
        SSL_CTX_set_alpn_protos(context, protocols.data(),
                                static_cast<unsigned>(protocols.size())) != 0)
        throw_refused("the list of protocols cannot be used");
    SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       &client_core::look_at_certificate);
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, &client_core::keep_session);
}

// Called whenever a server offers a session. Returns: 1, the session is ours.
int client_core::keep_session(SSL* connection, SSL_SESSION* session) {
    session_ptr offered(session);
    auto* self = static_cast<client_core*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    try {
        self->sessions.put(engine::of(connection).session_key(), std::move(offered));
    } catch (const std::bad_alloc&) {
        // A session that is not kept costs a handshake, no more.
        return 1;
    }
    return 1;
}

// Changes no verdict; notes what a message about it will need, which is gone later.
int client_core::look_at_certificate(int accepted, X509_STORE_CTX* checked) {
    if (accepted == 1) return accepted;
    auto* connection = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(checked, SSL_get_ex_data_X509_STORE_CTX_idx()));
    try {
        engine::of(connection).note_certificate(names_of(X509_STORE_CTX_get0_cert(checked)));
    } catch (const std::bad_alloc&) {
        return accepted;
    }
    return accepted;
}

void client_core::trust() {
    std::call_once(reading_, [this] {
        trust_system(context_.get());
        trusts_.store(true, std::memory_order_release);
    });
}

std::unique_ptr<engine> client_core::connect(const std::string& host, std::uint16_t port) {
    ERR_clear_error();
    ssl_ptr made(SSL_new(context_.get()));
    if (!made) throw std::bad_alloc();
    SSL* connection = made.get();
    SSL_set_connect_state(connection);
    // A name may end in a dot, and a link-local address in a zone; certificates have neither.
    std::string name = host.substr(0, host.find('%'));
    if (name.ends_with('.')) name.pop_back();
    X509_VERIFY_PARAM* checks = SSL_get0_param(connection);
    const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(checks, name.c_str()) == 1;
    if (!is_address) {
        ERR_clear_error();
        X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        if (name.empty() || X509_VERIFY_PARAM_set1_host(checks, name.data(), name.size()) != 1 ||
            SSL_set_tlsext_host_name(connection, name.c_str()) != 1)
            throw_refused("'" + host + "' is no name that a certificate could be for");
    }
    const std::string key = name + ":" + std::to_string(port);
    if (const session_ptr known = sessions.take(key)) SSL_set_session(connection, known.get());
    return std::make_unique<engine>(std::move(made), host, key);
}

// ---- client_context

client_context::client_context(const client_options& options)
    : core_(std::make_shared<client_core>(options)) {}
client_context::client_context(const client_context&) noexcept = default;
client_context& client_context::operator=(const client_context&) noexcept = default;
client_context::~client_context() = default;

namespace {

task<net::stream> secure_with(std::shared_ptr<client_core> core, net::stream plain,
                              std::string host, std::uint16_t port) {
    if (!core->trusts()) {
        // Not before somebody is to be trusted, and not in the loop: the bundle of all authorities
        // takes tens of milliseconds to read.
        auto read = [core] { core->trust(); };
        co_await io::offload("trusted authorities", read);
    }
    std::unique_ptr<engine> how = core->connect(host, port);
    const handshake_times times{.handshake = core->options.handshake_timeout,
                                .farewell = core->options.farewell_timeout};
    co_return co_await shake_hands(std::move(plain), std::move(how), std::move(core), times);
}

}  // namespace

[[clang::coro_wrapper]] task<net::stream> client_context::secure(net::stream plain,
                                                                 std::string host,
                                                                 std::uint16_t port) const {
    return secure_with(core_, std::move(plain), std::move(host), port);
}

const client_options& client_context::options() const noexcept { return core_->options; }

std::size_t client_context::sessions() const noexcept { return core_->sessions.size(); }

client_context client(const client_options& options) { return client_context(options); }

}  // namespace troika::tls
