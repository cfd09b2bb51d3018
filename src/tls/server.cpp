// SPDX-License-Identifier: MIT
#include <troika/tls/server.hpp>

#include <openssl/err.h>

#include "tls/context_setup.hpp"
#include "tls/engine.hpp"
#include "tls/handshake.hpp"
#include "tls/openssl_error.hpp"

#include <new>
#include <utility>

namespace troika::tls {

/// What the handles of one server context share. Thread: any.
class server_core {
public:
    explicit server_core(const server_options& options);

    [[nodiscard]] std::unique_ptr<engine> accept();

    const server_options options;

private:
    static int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                               const unsigned char* offered, unsigned offered_size, void* self);

    const std::vector<unsigned char> protocols_;
    context_ptr context_;
};

server_core::server_core(const server_options& wanted)
    : options(wanted),
      protocols_(wire_protocols(wanted.protocols)),
      context_(make_context(TLS_server_method(), wanted.version_min, wanted.version_max)) {
    SSL_CTX* context = context_.get();
    if (!options.certificate_file.empty())
        show_certificate_files(context, options.certificate_file, options.key_file);
    else if (!options.certificate.empty())
        show_certificate_texts(context, options.certificate, options.key);
    else
        throw error(errc::bad_configuration, "a server needs a certificate and its key");
    trust_authorities(context, options.authorities_file, options.authorities);
    int asks = SSL_VERIFY_NONE;
    if (options.clients != client_certificate::none) asks |= SSL_VERIFY_PEER;
    if (options.clients == client_certificate::required) asks |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context, asks, nullptr);
    // Sessions are resumed by tickets, which the client keeps: nothing grows here.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    constexpr unsigned char session_context[] = "troika";
    SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
    if (!protocols_.empty())
        SSL_CTX_set_alpn_select_cb(context, &server_core::choose_protocol, this);
}

int server_core::choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                                 const unsigned char* offered, unsigned offered_size, void* self) {
    const std::vector<unsigned char>& ours = static_cast<server_core*>(self)->protocols_;
    unsigned char* found = nullptr;
    const int answer =
        SSL_select_next_proto(&found, chosen_size, ours.data(), static_cast<unsigned>(ours.size()),
                              offered, offered_size);
    if (answer != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

std::unique_ptr<engine> server_core::accept() {
    ERR_clear_error();
    ssl_ptr made(SSL_new(context_.get()));
    if (!made) throw std::bad_alloc();
    SSL_set_accept_state(made.get());
    return std::make_unique<engine>(std::move(made), std::string(), std::string());
}

// ---- server_context

server_context::server_context(const server_options& options)
    : core_(std::make_shared<server_core>(options)) {}
server_context::server_context(const server_context&) noexcept = default;
server_context& server_context::operator=(const server_context&) noexcept = default;
server_context::~server_context() = default;

namespace {

task<net::stream> accept_with(std::shared_ptr<server_core> core, net::stream plain) {
    std::unique_ptr<engine> how = core->accept();
    const handshake_times times{.handshake = core->options.handshake_timeout,
                                .farewell = core->options.farewell_timeout};
    co_return co_await shake_hands(std::move(plain), std::move(how), std::move(core), times);
}

}  // namespace

[[clang::coro_wrapper]] task<net::stream> server_context::accept(net::stream plain) const {
    return accept_with(core_, std::move(plain));
}

const server_options& server_context::options() const noexcept { return core_->options; }

server_context server(const server_options& options) { return server_context(options); }

}  // namespace troika::tls
