// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/exchange.hpp>
#include <troika/http/message_parser.hpp>

#include "http/connection_pool.hpp"
#include "http/receive_buffers.hpp"
#include "http/watchdog.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troika::http {

class client_core;

/// The part of an exchange that stays put: the connection, the parser, what was received and not
/// yet taken, and the clock that runs. Used again for the next exchange, which costs no allocation.
/// Thread: the loop's.
class exchange_core final : public watchdog {
public:
    explicit exchange_core(client_core& owner);
    ~exchange_core() = default;

    // ---- the request

    /// Begins anew, for one request on one connection.
    void prepare(std::string_view method, const url& where);
    /// The bytes to be sent: cleared by prepare(), filled by whoever builds the request.
    [[nodiscard]] std::string& text() noexcept { return text_; }
    [[nodiscard]] std::span<const std::byte> unsent() const noexcept {
        return std::as_bytes(std::span(text_)).subspan(sent_);
    }
    void note_sent(std::size_t count) noexcept;
    /// A body follows what is in text(), by other means.
    void expect_more_body(bool more) noexcept { body_follows_ = more; }
    [[nodiscard]] bool body_follows() const noexcept { return body_follows_; }
    /// All of the body has been sent.
    void end_request() noexcept;
    /// What has to be sent is made by this program at the moment: the peer is not to blame.
    void set_busy(bool busy) noexcept { busy_ = busy; }

    // ---- the connection

    void lease(connection_lease given) noexcept { lease_ = std::move(given); }
    [[nodiscard]] connection_lease& lease() noexcept { return lease_; }
    [[nodiscard]] net::transport& carrier() const noexcept { return lease_->stream.carrier(); }
    [[nodiscard]] std::string peer() const;
    void forbid_reuse() noexcept { reusable_ = false; }
    /// While another task sends, the connection stays open whatever the answer is.
    void pin() noexcept { pinned_ = true; }
    void unpin() noexcept;
    /// Whether a byte of an answer has come.
    [[nodiscard]] bool answered() const noexcept { return answered_; }

    // ---- the answer

    /// Steps with what was received, at most `size_max` bytes of it. Throws: protocol_error.
    parse_step step(std::size_t size_max);
    /// The same with bytes that are not in the buffer. Requires: the buffer is empty.
    parse_step step_elsewhere(std::span<const std::byte> input);
    /// The peer sends no more. Throws: protocol_error, unless that completes the message.
    void end_input();
    /// The connection has ended, and nobody has said that it would. Throws: protocol_error where
    /// the message is known not to be whole.
    void end_input_unsaid();
    /// Looks at the first byte of the answer. Throws: protocol_error where it is that of TLS.
    void require_plain_text() const;
    /// The parser has found the head.
    void take_head();
    /// Gives the connection back where the body is known to be over.
    void settle();

    /// Where to receive: small for a head, fair for a body.
    [[nodiscard]] std::span<std::byte> room(bool for_head);
    void commit(std::size_t count) noexcept;
    void note_received() noexcept;
    [[nodiscard]] bool buffer_empty() const noexcept { return begin_ == end_; }
    /// Bytes of the body that are still to come; nothing where that is not known.
    [[nodiscard]] std::optional<std::uint64_t> body_left() const noexcept;
    /// Whether the body comes as it is, so that it may be received where it is wanted.
    [[nodiscard]] bool body_is_plain() const noexcept;

    [[nodiscard]] response_parser& parser() noexcept { return parser_; }
    [[nodiscard]] const response_parser& parser() const noexcept { return parser_; }
    [[nodiscard]] response_head& head() noexcept { return head_; }
    [[nodiscard]] const url& location() const noexcept { return *where_; }
    [[nodiscard]] const std::string& method() const noexcept { return method_; }
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    std::size_t redirects = 0;
    std::uint64_t body_bytes = 0;   // given to the reader

    // ---- failing

    /// Ends the exchange with `error`, in which protocol errors get the subject.
    /// Returns: the error as it is to be thrown.
    std::exception_ptr fail(std::exception_ptr error) noexcept;
    [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }
    /// `GET http://host/name`.
    [[nodiscard]] std::string subject() const;
    /// Closes the connection if there is one still.
    void close() noexcept;
    /// Throws: client_timeout, if the time is over.
    void throw_if_late() const;
    [[nodiscard]] bool late() const noexcept { return late_.has_value(); }

    /// The handle that its user gets, who owns it from then on.
    [[nodiscard]] exchange as_exchange() noexcept { return exchange(*this); }
    /// Tidies up for the next use. Returns: whether this object can be used again.
    [[nodiscard]] bool reset() noexcept;

    exchange_operation* in_flight = nullptr;
    bool expect_to_wait = false;   // the last receive emptied the socket
    client_core& owner;

private:
    [[nodiscard]] bool waits_for_peer() const noexcept override {
        return in_flight != nullptr && !busy_;
    }
    void time_out(client_phase phase) noexcept override;
    [[nodiscard]] std::exception_ptr lateness() const;
    void finish_message(std::size_t left_over) noexcept;
    void release_connection() noexcept;

    // the request
    std::string method_;
    std::optional<url> where_;
    std::string text_;
    std::size_t sent_ = 0;
    bool body_follows_ = false;
    bool busy_ = false;
    // the connection
    connection_lease lease_;
    bool reusable_ = true;
    bool pinned_ = false;
    bool answered_ = false;
    // the answer
    response_parser parser_;
    response_head head_;
    bool has_head_ = false;
    bool complete_ = false;
    receive_buffer buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    // failing
    std::exception_ptr failure_;
    std::optional<client_phase> late_;
};

}  // namespace troika::http
