// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/net/transfer.hpp>
#include <troika/net/transport.hpp>

#include "io/read_ahead.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace troika {
class event_loop;
class scheduler;
}  // namespace troika

namespace troika::net {

/// The part of a stream that stays put while the stream moves and operations are in flight.
class stream_core : public troika::impl::recycled {
public:
    stream_core(scheduler& home, std::unique_ptr<transport> carrier) noexcept
        : home(&home), carrier(std::move(carrier)) {}
    ~stream_core();

    /// `recv 10.0.0.1:443`, also once it is closed.
    [[nodiscard]] std::string describe(std::string_view what) const;
    [[nodiscard]] std::string describe_read() const { return describe("recv"); }
    [[nodiscard]] fill_operation fill(std::size_t size_max) noexcept { return {*this, size_max}; }
    /// `cancelled`, or a std::system_error for a negative result of `what`.
    [[nodiscard]] std::exception_ptr failure(std::string_view what, std::int32_t result) const;

    void close() noexcept;
    /// Lets go of the transport if it is closed and nothing is in flight any more.
    void close_if_idle() noexcept {
        if (closed && reader == nullptr && writer == nullptr) [[unlikely]]
            let_go();
    }
    /// Destroys the transport, on the loop's thread.
    void let_go() noexcept;

    scheduler* const home;
    std::unique_ptr<transport> carrier;   // null once closed
    io::read_ahead ahead;
    transfer* reader = nullptr;           // in flight
    transfer* writer = nullptr;
    std::string closed_name;              // of the peer, for those who come too late
    bool closed = false;
    bool expect_to_wait = false;          // the last receive emptied the transport
};

}  // namespace troika::net
