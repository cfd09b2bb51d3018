// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/poller.hpp>

#include "loop/file_pool.hpp"
#include "loop/operation_list.hpp"
#include "loop/poller_bell.hpp"

#include <cstddef>

namespace troika {

/// What the backends over the real kernel share: the bell, the helpers, the clock, and the short
/// calls on sockets.
class kernel_poller : public poller {
public:
    void wake() const noexcept final { bell_.ring(); }
    [[nodiscard]] int wake_descriptor() const noexcept final { return bell_.descriptor(); }
    [[nodiscard]] time_point now() const noexcept final { return std::chrono::steady_clock::now(); }
    [[nodiscard]] std::size_t in_flight() const noexcept final { return in_flight_; }

    int open_socket(address_family family) noexcept final;
    int listen(const socket_address& address, const listen_options& options) noexcept final;
    int open_pair(int (&sockets)[2]) noexcept final;
    int local_address(int socket, socket_address& into) noexcept final;
    int remote_address(int socket, socket_address& into) noexcept final;
    int shutdown(int socket, shutdown_how how) noexcept final;
    int set_no_delay(int socket, bool on) noexcept final;

protected:
    explicit kernel_poller(bool nonblocking) noexcept : nonblocking_(nonblocking) {}
    ~kernel_poller() override;

    /// A socket that this poller made is `descriptor`; `internet`: TCP, not a Unix socket.
    virtual void adopt(int descriptor, bool internet) noexcept = 0;

    const bool nonblocking_;
    poller_bell bell_;
    file_pool pool_{bell_};
    std::size_t in_flight_ = 0;
};

}  // namespace troika
