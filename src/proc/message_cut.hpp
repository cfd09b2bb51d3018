// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_writer.hpp>

#include "proc/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace troika::impl {

/// Cuts a message into frames.
class message_cut {
public:
    /// `first` has what, slot, number and busy_ns. Lifetime: `message` until all was written.
    void begin(const wire_writer& message, const frame& first) noexcept;

    [[nodiscard]] bool done() const noexcept { return done_; }
    /// Bytes of the next piece, of at most `piece_max`.
    [[nodiscard]] std::uint64_t next(std::uint64_t piece_max) const noexcept {
        return left_ < piece_max ? left_ : piece_max;
    }
    /// Writes a frame with the next `piece` bytes to `at`.
    void write(std::byte* at, std::uint64_t piece) noexcept;

private:
    frame::kind what_{};   // of the next frame
    std::uint32_t slot_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t busy_ns_ = 0;
    std::uint64_t left_ = 0;
    bool done_ = true;
    std::optional<wire_writer::segment_iterator> segment_;
    std::size_t segment_used_ = 0;
};

}  // namespace troika::impl
