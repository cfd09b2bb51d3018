// SPDX-License-Identifier: MIT
#include "inspect/base64.hpp"

namespace troika {

namespace {
constexpr std::string_view letters_of_base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

void base64_writer::write(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) {
        held_ = held_ << 8 | byte;
        if (++held_bytes_ < 3) continue;
        put_group(held_, 4);
        held_ = 0;
        held_bytes_ = 0;
    }
}

void base64_writer::finish() {
    if (held_bytes_ == 1) put_group(held_ << 16, 2);
    if (held_bytes_ == 2) put_group(held_ << 8, 3);
    held_ = 0;
    held_bytes_ = 0;
    if (filled_ > 0) sink_(std::string_view(piece_.data(), filled_));
    filled_ = 0;
}

void base64_writer::put_group(unsigned bytes, std::size_t letters) {
    for (std::size_t i = 0; i < 4; ++i) {
        const unsigned value = bytes >> (18 - 6 * i) & 63;
        piece_[filled_ + i] = i < letters ? letters_of_base64[value] : '=';
    }
    filled_ += 4;
    if (filled_ < piece_.size()) return;
    sink_(std::string_view(piece_.data(), filled_));
    filled_ = 0;
}

}  // namespace troika
