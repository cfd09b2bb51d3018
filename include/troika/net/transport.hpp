// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/poller.hpp>
#include <troika/net/address.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace troika::net {

/// What carries the bytes of a stream: a socket, a pipe in memory, TLS over another transport.
///
/// It has the manners of the poller: an operation is submitted and completes later, so a stream
/// needs no coroutine of its own for a read or a write, and over a socket the cost of being
/// exchangeable is one indirect call. A transport that does several steps for one operation (TLS)
/// keeps the operation until the last of them has completed.
/// Thread: that of the loop.
class transport {
public:
    transport() noexcept = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    /// Closes. Requires: nothing in flight.
    virtual ~transport() = default;

    /// Starts a recv, a send or a wait_readable; its descriptor is the transport's affair. At most
    /// one operation that reads and one that sends are in flight. Completes as poller::submit()
    /// says: later, once, never from inside submit() or cancel().
    virtual void submit(io_operation& operation) noexcept = 0;
    /// Asks that `operation`, which is in flight, end soon: as poller::cancel() says.
    virtual void cancel(io_operation& operation) noexcept = 0;

    /// Ends one direction, or both; reads that are in flight then end. Returns: 0 or -errno.
    virtual int shut_down(shutdown_how how) noexcept = 0;

    /// Whether the end of what is sent is itself sent, as in TLS: then a send of no bytes says it,
    /// and completes with 0 when it has left.
    [[nodiscard]] virtual bool sends_end() const noexcept { return false; }

    [[nodiscard]] virtual address local_address() const { return {}; }
    [[nodiscard]] virtual address remote_address() const { return {}; }
    /// The peer, for labels and messages: `10.0.0.1:443`.
    [[nodiscard]] virtual std::string peer_name() const { return remote_address().to_string(); }

    /// What a negative result means; -errno unless the transport has errors of its own.
    [[nodiscard]] virtual std::error_code error_of(std::int32_t result) const noexcept {
        return {-result, std::generic_category()};
    }
};

}  // namespace troika::net
