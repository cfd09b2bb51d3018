// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/net/transport.hpp>

#include "net/socket.hpp"

#include <memory>
#include <string>

namespace troika::net {

/// A connected socket, TCP or Unix, as a transport. The poller does the work.
class socket_transport final : public transport, public troika::impl::recycled {
public:
    socket_transport(socket connected, address remote) noexcept;

    void submit(io_operation& operation) noexcept override {
        operation.request.descriptor = socket_.descriptor();
        socket_.door().submit(operation);
    }
    void cancel(io_operation& operation) noexcept override { socket_.door().cancel(operation); }
    int shut_down(shutdown_how how) noexcept override;

    [[nodiscard]] address local_address() const override;
    [[nodiscard]] address remote_address() const override { return remote_; }
    [[nodiscard]] std::string peer_name() const override;

private:
    socket socket_;
    address remote_;   // asked once: after a reset the kernel no longer knows
};

/// The transport of a connected socket; small writes leave at once (TCP_NODELAY).
std::unique_ptr<transport> carry(socket connected);

}  // namespace troika::net
