// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/http/client_error.hpp>
#include <troika/http/exchange_operation.hpp>
#include <troika/http/message_head.hpp>
#include <troika/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace troika::http {

class exchange_core;

/// Gives an exchange back to its client; private.
struct exchange_core_release {
    void operator()(exchange_core* core) const noexcept;
};

/// A request that was sent and whose answer has begun: the head is there, the body is to be read.
///
/// It has a connection for itself until the last byte of the body was read, which gives the
/// connection back to the client. Dropped earlier, the connection is closed. Movable, not while it
/// is read. Thread: the loop's. Lifetime: within that of its client.
class exchange {
public:
    [[nodiscard]] int status() const noexcept { return head().status; }
    /// The answer's head. Lifetime: until the exchange is destroyed.
    [[nodiscard]] const response_head& head() const noexcept;
    [[nodiscard]] const http::headers& headers() const noexcept { return head().fields; }
    /// Where the answer came from: after redirects not what was asked for.
    [[nodiscard]] const http::url& url() const noexcept;
    /// How many redirects led here.
    [[nodiscard]] std::size_t redirects() const noexcept;
    /// Returns: the size of the body where the server told it before.
    [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;

    /// Reads the next bytes of the body, where they were received.
    ///
    /// Returns: the bytes; none at the end of the body. Lifetime: until the next read, or the end
    /// of the exchange. Throws: client_timeout, protocol_error (also for a body that is cut short),
    /// std::system_error; the exchange is of no use then. Cancel: loses nothing.
    [[nodiscard]] read_chunk_operation read_chunk() noexcept;

    /// Reads at least one byte of the body into `into`, which is not empty; large bodies come
    /// without a copy on the way.
    ///
    /// Returns: how many; 0 at the end of the body. Throws and Cancel: as read_chunk().
    [[nodiscard]] read_body_operation read_some(std::span<std::byte> into) noexcept;

    /// Reads the rest of the body.
    ///
    /// Throws: body_too_large for more than `size_max` bytes; as read_chunk().
    task<std::string> read_all(std::size_t size_max);

    /// Bytes of the body that were read so far.
    [[nodiscard]] std::uint64_t body_bytes() const noexcept;
    /// Whether the end of the body was read.
    [[nodiscard]] bool finished() const noexcept;
    /// The fields after a chunked body, once it is finished().
    [[nodiscard]] const http::headers& trailers() const noexcept;

    /// Gives up the rest of the body; the connection is closed if there is any. Again: nothing.
    void close() noexcept;

private:
    friend class client;
    friend class exchange_core;
    explicit exchange(exchange_core& core) noexcept : core_(&core) {}

    std::unique_ptr<exchange_core, exchange_core_release> core_;
};

}  // namespace troika::http
