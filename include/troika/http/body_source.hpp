// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace troika::http {

/// Where the body of a request comes from when it is not in memory.
class body_source {
public:
    body_source() noexcept = default;
    body_source(const body_source&) = delete;
    body_source& operator=(const body_source&) = delete;
    virtual ~body_source() = default;

    /// How many bytes there are; nothing where that is not known: the body then goes in chunks.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }

    /// Reads at least one byte of the body into `into`.
    ///
    /// Returns: how many; 0 at the end. Throws: whatever it likes; the request then fails with it.
    /// Cancel: when the server has answered before it had the whole body.
    virtual task<std::size_t> read_some(std::span<std::byte> into) = 0;

    /// Goes back to the beginning, because the request is sent again (after a redirect, or because
    /// a kept connection was gone).
    /// Returns: false where it cannot; the request then fails.
    virtual bool rewind() { return false; }
};

}  // namespace troika::http
