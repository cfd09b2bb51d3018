// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace troika {

/// Writes bytes as base64 (RFC 4648, section 4, with padding) in pieces of some kilobytes.
class base64_writer {
public:
    explicit base64_writer(const std::function<void(std::string_view)>& sink) : sink_(sink) {}
    void write(std::span<const std::uint8_t> bytes);
    /// Ends the text: pads it, and gives away what is left of it. More may follow as a new text.
    void finish();

private:
    static constexpr std::size_t piece_bytes = 16 * 1024;

    void put_group(unsigned bytes, std::size_t letters);

    const std::function<void(std::string_view)>& sink_;
    std::array<char, piece_bytes> piece_{};
    std::size_t filled_ = 0;
    unsigned held_ = 0;           // bytes of a group that is not complete
    std::size_t held_bytes_ = 0;
};

}  // namespace troika
