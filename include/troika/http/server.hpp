// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/task.hpp>
#include <troika/http/message_parser.hpp>
#include <troika/net/server.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace troika::http {

class server_connection;

/// A request as the server received it; the body is read as it comes.
/// Lifetime: until the handler has ended.
class server_request {
public:
    [[nodiscard]] const request_head& head() const noexcept { return head_; }
    [[nodiscard]] std::string_view method() const noexcept { return head_.method; }
    /// As sent: path and query, usually.
    [[nodiscard]] std::string_view target() const noexcept { return head_.target; }
    /// target() without its query.
    [[nodiscard]] std::string_view path() const noexcept;
    [[nodiscard]] std::optional<std::string_view> query() const noexcept;
    [[nodiscard]] const net::address& peer() const noexcept { return peer_; }

    /// Reads at least one byte of the body into `into`, which is not empty.
    ///
    /// A client that waits for `100 Continue` is told to go on first.
    /// Returns: how many; 0 at the end of the body. Throws: protocol_error when it is malformed or
    /// cut short, and when it is larger than server_options::body_bytes_max; std::system_error.
    task<std::size_t> read_some(std::span<std::byte> into);

    /// Reads the whole body. Throws: as read_some().
    task<std::string> read_all();

private:
    friend class server_connection;
    explicit server_request(server_connection& connection) noexcept : connection_(connection) {}

    server_connection& connection_;
    request_head head_;
    net::address peer_;
};

/// The answer to one request: whole, or piece by piece.
/// Lifetime: as the request's.
class responder {
public:
    /// Fields to be sent besides those that the server sets (Date, Content-Length,
    /// Transfer-Encoding, Connection).
    headers fields;

    /// Answers with a whole body. To HEAD, only its length is sent.
    /// Throws: std::system_error. Requires: nothing was answered yet.
    task<void> send(int status, std::string_view body = {});

    /// Begins an answer whose body follows by write(): of `length` bytes, or in chunks without it.
    /// The head goes out with the first bytes of the body. Requires: nothing was answered yet.
    void begin(int status, std::optional<std::uint64_t> length = std::nullopt);
    /// Sends a piece of the body. To HEAD, nothing is sent.
    /// Throws: std::system_error; std::length_error for more than the length that was begun with.
    task<void> write(std::span<const std::byte> piece);
    [[clang::coro_wrapper]] task<void> write(std::string_view piece) {
        return write(std::span(reinterpret_cast<const std::byte*>(piece.data()), piece.size()));
    }
    /// Ends the body. The server does it for a handler that returns without.
    task<void> finish();

    /// Whether an answer was begun.
    [[nodiscard]] bool begun() const noexcept { return state_ != state::idle; }
    [[nodiscard]] int status() const noexcept { return status_; }
    /// Bytes of the body that were sent.
    [[nodiscard]] std::uint64_t body_bytes() const noexcept { return sent_; }
    /// Whether only the head is wanted, so that a body need not be made.
    [[nodiscard]] bool head_only() const noexcept { return head_only_; }
    /// Closes the connection after this answer.
    void close_after() noexcept { keep_alive_ = false; }

private:
    friend class server_connection;
    explicit responder(server_connection& connection) noexcept : connection_(connection) {}

    enum class state : std::uint8_t { idle, begun, body, finished };

    void put_head(int status, std::optional<std::uint64_t> length);

    server_connection& connection_;
    state state_ = state::idle;
    int status_ = 0;
    bool head_only_ = false;
    bool keep_alive_ = false;
    bool chunked_ = false;
    bool old_client_ = false;   // HTTP/1.0: no chunks
    std::optional<std::uint64_t> left_;
    std::uint64_t sent_ = 0;
};

/// What the server tells of each answer when it is over.
struct access_record {
    const server_request& request;
    int status;
    std::uint64_t body_bytes;
};

/// Answers requests. One object serves all connections of a server, on its loop's thread.
class request_handler {
public:
    virtual ~request_handler() = default;
    /// Answers one request. What it throws is reported; the client gets 500 if nothing was sent
    /// yet.
    virtual task<void> handle(server_request& request, responder& answer) = 0;
    /// Told after each answer, for logs.
    virtual void answered(const access_record&) {}
};

struct server_options {
    /// Makes it an https server, for instance a tls::server_context; null: http.
    const net::server_security* tls = nullptr;
    std::size_t connections_max = 10'000;
    int backlog = 4096;
    duration drain_timeout = std::chrono::seconds(30);
    /// From the first byte of a request to the end of its head.
    duration head_time_max = std::chrono::seconds(30);
    /// Between two requests.
    duration idle_time_max = std::chrono::seconds(75);
    /// Without a byte of a body moving, in either direction.
    duration stall_time_max = std::chrono::seconds(60);
    std::uint64_t body_bytes_max = std::uint64_t{64} << 20;
    std::uint32_t requests_per_connection_max = 1'000'000;
    /// Bytes per second that each connection is sent at most; 0 is no limit.
    std::uint64_t rate_max = 0;
    parser_limits parser = {};
    net::error_listener on_error = {};
};

namespace impl {
template <class F>
class callable_handler final : public request_handler {
public:
    explicit callable_handler(F callable) : callable_(std::move(callable)) {}
    [[clang::coro_wrapper]] task<void> handle(server_request& request,
                                              responder& answer) override {
        return callable_(request, answer);
    }

private:
    F callable_;
};
}  // namespace impl

/// Listens at `at` and has `handler` answer the requests that come, with keep-alive and pipelining,
/// in their order.
///
/// Whatever peers send is bounded in memory and time by `options`. Framing that two readers could
/// read differently is refused with 400. A drain lets the requests that are being answered finish.
/// Returns: the running server; see net::server for how it is stopped.
/// Throws: std::system_error when it cannot listen; tls::error where the TLS context names
/// protocols other than HTTP/1. Thread: the loop's.
task<net::server> serve(net::endpoint at, std::unique_ptr<request_handler> handler,
                        server_options options = {});

/// The same with a callable: `task<void>(server_request&, responder&)`, which is kept until the
/// last connection has ended, so it may be a capturing lambda coroutine.
template <class F>
requires std::is_invocable_r_v<task<void>, F&, server_request&,
                               responder&> [[clang::coro_wrapper]] task<net::server>
serve(net::endpoint at, F handler, server_options options = {}) {
    return serve(at, std::make_unique<impl::callable_handler<F>>(std::move(handler)), options);
}

}  // namespace troika::http
