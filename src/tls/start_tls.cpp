// SPDX-License-Identifier: MIT
#include <troika/tls/start_tls.hpp>

#include <utility>

namespace troika::tls {

task<void> start_tls(net::stream& plain, client_context trust, std::string host) {
    const std::uint16_t port = plain.remote_address().port();
    net::stream taken = std::move(plain);
    plain = co_await trust.secure(std::move(taken), std::move(host), port);
}

task<void> start_tls(net::stream& plain, server_context identity) {
    net::stream taken = std::move(plain);
    plain = co_await identity.accept(std::move(taken));
}

}  // namespace troika::tls
