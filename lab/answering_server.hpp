// SPDX-License-Identifier: MIT
#pragma once

#include "os/thread.hpp"

#include <troika/core/clock.hpp>
#include <troika/sync/event.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

namespace troika::lab {

/// What a client sends: after how many nanoseconds it wants the answer, the lowest byte first.
using request_bytes = std::array<std::byte, 8>;
[[nodiscard]] request_bytes request_after(duration delay) noexcept;
/// What it gets: when that was sent, on the machine's monotonic clock, likewise.
/// Returns: never for what is no answer.
[[nodiscard]] time_point time_of_answer(std::string_view answer) noexcept;

/// A server on 127.0.0.1 that answers each connection once, after the time that it asks for, and
/// closes it: whatever is slow elsewhere. It has a thread of its own. Thread: any, one at a time.
class answering_server {
public:
    /// Returns: once it listens. Throws: std::system_error.
    answering_server();
    answering_server(const answering_server&) = delete;
    answering_server& operator=(const answering_server&) = delete;
    /// Ends it; who still waits for an answer gets none.
    ~answering_server();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Longer than that nobody is kept waiting.
    static constexpr duration delay_max = std::chrono::seconds(60);

private:
    static void main(void* self) noexcept;

    event listens_;
    event stop_;
    std::uint16_t port_ = 0;         // written before listens_
    std::exception_ptr failure_;     // the same
    os::thread thread_;
};

}  // namespace troika::lab
