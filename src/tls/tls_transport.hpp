// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/recycler.hpp>
#include <troika/core/suspension.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/transport.hpp>

#include "tls/engine.hpp"
#include "tls/record_buffers.hpp"

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troika::tls {

class tls_transport;

/// Waits until a transport is secure. Cancel: leaves it unusable.
class [[nodiscard]] handshake_operation final : public suspension {
public:
    explicit handshake_operation(tls_transport& of) noexcept : of_(&of) {}
    handshake_operation(handshake_operation&&) noexcept = default;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        park(frame.promise().node(), frame);
        start();
    }
    /// Throws: tls::error, std::system_error, `cancelled`.
    void await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    friend class tls_transport;
    void start() noexcept;
    void end(std::int32_t result) noexcept {
        result_ = result;
        wake();
    }
    abort_answer abort() noexcept override;

    tls_transport* of_;
    std::int32_t result_ = 0;
};

/// TLS over another transport.
///
/// Each direction has one operation of the layer below, which serves whatever is asked for here: a
/// read waits for records and decrypts all that fit, a send encrypts up to four records and ends
/// when they have left. A receive of the layer below is in flight only while a read or the
/// handshake is, and a send only while any of them is, so that nothing is left behind when the
/// stream closes. Thread: the loop's.
class tls_transport final : public net::transport,
                            private posted,
                            public troika::impl::recycled {
public:
    /// `keeps`: what the engine needs to live on. `farewell_max`: how long the connection is kept
    /// after its end to tell the peer so.
    tls_transport(event_loop& home, std::unique_ptr<net::transport> below,
                  std::unique_ptr<engine> how, std::shared_ptr<const void> keeps,
                  duration farewell_max);
    /// Tells the peer that this is the end, in the background, where that was not said yet.
    ~tls_transport() override;

    /// Takes bytes of the peer that somebody else has received. Requires: before the handshake.
    void start_with(std::string received);

    void submit(io_operation& operation) noexcept override;
    void cancel(io_operation& operation) noexcept override;
    int shut_down(shutdown_how how) noexcept override;
    [[nodiscard]] bool sends_end() const noexcept override { return true; }
    [[nodiscard]] net::address local_address() const override { return below_->local_address(); }
    [[nodiscard]] net::address remote_address() const override { return below_->remote_address(); }
    [[nodiscard]] std::string peer_name() const override { return below_->peer_name(); }
    [[nodiscard]] std::error_code error_of(std::int32_t result) const noexcept override;

    [[nodiscard]] const engine& how() const noexcept { return *engine_; }

private:
    friend class handshake_operation;

    /// The operations of the layer below.
    class below_operation final : public io_operation {
    public:
        below_operation(tls_transport& owner, io_op op) noexcept;
        [[nodiscard]] bool in_flight() const noexcept { return in_flight_; }

    private:
        friend class tls_transport;
        void complete(std::int32_t result) noexcept override;
        tls_transport& owner_;
        bool in_flight_ = false;
    };

    void begin_handshake(handshake_operation& waiter) noexcept;
    void abort_handshake() noexcept;
    void begin_read(io_operation& operation) noexcept;
    void begin_write(io_operation& operation) noexcept;

    void received(std::int32_t result) noexcept;
    void sent(std::int32_t result) noexcept;
    void run() noexcept override;
    void ring() noexcept;
    void step() noexcept;
    void step_handshake() noexcept;
    void step_read() noexcept;

    void receive() noexcept;
    void flush() noexcept;
    void say_farewell();
    void end_handshake(std::int32_t result) noexcept;
    void end_read(std::int32_t result) noexcept;
    void conclude_write() noexcept;
    void end_write(std::int32_t result) noexcept;
    [[nodiscard]] std::int32_t failure_result() const noexcept;

    // set at construction
    event_loop& home_;
    const std::shared_ptr<const void> keeps_;
    record_buffers& buffers_;
    const duration farewell_max_;
    std::unique_ptr<net::transport> below_;   // gone only while this is destroyed
    const std::unique_ptr<engine> engine_;
    // what is asked for
    handshake_operation* handshake_ = nullptr;
    io_operation* reading_ = nullptr;
    io_operation* writing_ = nullptr;
    bool aborted_ = false;            // the handshake
    bool closing_ = false;            // reads end as if the peer had said so
    bool read_cancelled_ = false;
    std::optional<std::int32_t> read_result_;   // waits for sender_ to become quiet
    bool write_cancelled_ = false;
    std::int32_t write_count_ = 0;    // plain bytes of writing_ that are on their way
    bool ends_write_ = false;         // writing_ says the end
    // the layer below
    below_operation receiver_;
    below_operation sender_;
    std::string early_;               // bytes that were received before
    record_buffers::buffer input_;
    std::vector<std::byte> sending_;
    std::size_t sent_ = 0;            // of sending_
    std::int32_t receive_error_ = 0;
    std::int32_t send_error_ = 0;
    bool expect_to_wait_ = false;     // the last receive emptied the layer below
    bool ringing_ = false;
};

}  // namespace troika::tls
