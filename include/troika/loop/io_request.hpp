// SPDX-License-Identifier: MIT
#pragma once

#include <troika/os/socket_address.hpp>

#include <cstdint>

namespace troika {

/// What a poller can be asked to do. The comment gives the fields used and the result.
enum class io_op : std::uint8_t {
    nop,            ///< nothing; 0
    recv,           ///< descriptor (socket), buffer, size; bytes received, 0 at the stream's end
    send,           ///< descriptor (socket), buffer, size; bytes taken, at least 1; never SIGPIPE
    accept,         ///< descriptor (listener); the new socket
    connect,        ///< descriptor (socket), address; 0
    wait_readable,  ///< descriptor (anything pollable); 0 when reading would not block
    wait_writable,  ///< descriptor (anything pollable); 0 when writing would not block
    read,           ///< descriptor (file or pipe), buffer, size, offset; bytes read, 0 at the end
    write,          ///< descriptor (file or pipe), buffer, size, offset; bytes written
    sync,           ///< descriptor (file or directory); 0 when its content is on disk
    call,           ///< function(argument) on a helper thread; what it returns (>= 0 or -errno)
};

/// One request: plain data, no behaviour, no backend.
///
/// Lifetime: buffer, address and argument stay put until the operation completes.
struct io_request {
    static constexpr std::uint64_t current_offset = ~std::uint64_t{0};

    io_op op = io_op::nop;
    /// recv: the last receive emptied the socket, so that looking before waiting is wasted.
    bool expect_to_wait = false;
    int descriptor = -1;
    std::uint32_t size = 0;
    std::uint64_t offset = current_offset;   ///< current_offset: where the descriptor stands
    union {
        void* buffer = nullptr;
        const void* source;                  ///< send, write
        const socket_address* address;       ///< connect
        std::int32_t (*function)(void* argument) noexcept;   ///< call
    };
    void* argument = nullptr;                ///< call
};

}  // namespace troika
