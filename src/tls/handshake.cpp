// SPDX-License-Identifier: MIT
#include "tls/handshake.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/loop/event_loop.hpp>

#include "tls/tls_transport.hpp"

#include <string>
#include <utility>

namespace troika::tls {

task<net::stream> shake_hands(net::stream plain, std::unique_ptr<engine> how,
                              std::shared_ptr<const void> keeps, handshake_times times) {
    event_loop& loop = event_loop::current();
    std::string early(plain.buffered());
    plain.consume(early.size());
    auto secured = std::make_unique<tls_transport>(loop, plain.release_carrier(), std::move(how),
                                                   std::move(keeps), times.farewell);
    if (!early.empty()) secured->start_with(std::move(early));
    cancel_scope patience({.deadline = deadline_after(loop.now(), times.handshake)});
    try {
        co_await handshake_operation(*secured);
    } catch (const cancelled&) {
        patience.leave();
        if (!patience.caught()) throw;
        throw timeout_error("TLS handshake with " + secured->peer_name());
    }
    patience.leave();
    co_return net::stream(loop, std::move(secured));
}

}  // namespace troika::tls
