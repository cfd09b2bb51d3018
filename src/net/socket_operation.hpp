// SPDX-License-Identifier: MIT
#pragma once

#include <troika/io/operation.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/address.hpp>

#include "net/socket.hpp"
#include "os/error.hpp"

#include <string>

namespace troika::net {

/// Connects a socket. Throws: std::system_error. Lifetime: `to`, until the await ends.
class connect_operation final : public io::operation {
public:
    connect_operation(event_loop& loop, const socket& from, const address& to) noexcept
        : operation(loop, request_for(from, to)), to_(&to) {}
    connect_operation(connect_operation&&) noexcept = default;
    void await_resume() const {
        os::or_throw(result_unless_cancelled(), "connect", to_->to_string());
    }
    [[nodiscard]] std::string label() const override { return "connect " + to_->to_string(); }

private:
    static io_request request_for(const socket& from, const address& to) noexcept {
        io_request request;
        request.op = io_op::connect;
        request.descriptor = from.descriptor();
        request.address = &to.raw();
        return request;
    }
    const address* to_;
};

/// Takes one connection from a listening socket. Returns: a descriptor, or -errno.
class accept_operation final : public io::operation {
public:
    accept_operation(event_loop& loop, const socket& listener, const address& at) noexcept
        : operation(loop, request_for(listener)), at_(&at) {}
    accept_operation(accept_operation&&) noexcept = default;
    std::int32_t await_resume() const { return result_unless_cancelled(); }
    [[nodiscard]] std::string label() const override { return "accept " + at_->to_string(); }

private:
    static io_request request_for(const socket& listener) noexcept {
        io_request request;
        request.op = io_op::accept;
        request.descriptor = listener.descriptor();
        return request;
    }
    const address* at_;
};

}  // namespace troika::net
