// SPDX-License-Identifier: MIT
#include "io/read_ahead.hpp"

#include <troika/base/check.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace troika::io {

std::size_t read_ahead::take(std::span<std::byte> into) noexcept {
    const std::size_t count = std::min(into.size(), size());
    if (count == 0) return 0;
    std::memcpy(into.data(), bytes_.get() + begin_, count);
    consume(count);
    return count;
}

void read_ahead::consume(std::size_t count) noexcept {
    check(count <= size(), "more bytes are consumed than were read ahead");
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
}

void read_ahead::make_room(std::size_t size) {
    if (capacity_ - end_ >= size) return;
    const std::size_t wanted = this->size() + size;
    // Moving is only worth it when half of the memory becomes free; else every fill would move.
    const bool roomy = wanted <= capacity_ / 2;
    move_to(roomy ? capacity_ : std::max(capacity_min, std::bit_ceil(wanted)), 0);
}

void read_ahead::put_back(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    if (begin_ < bytes.size()) {
        const std::size_t wanted = size() + bytes.size();
        move_to(std::max({capacity_min, capacity_, std::bit_ceil(wanted)}), bytes.size());
    }
    begin_ -= bytes.size();
    std::memcpy(bytes_.get() + begin_, bytes.data(), bytes.size());
}

void read_ahead::release() noexcept {
    check(empty(), "a read-ahead buffer is released with bytes in it");
    bytes_.reset();
    capacity_ = begin_ = end_ = 0;
}

// Puts the bytes that are there at `begin` in memory of `capacity`.
void read_ahead::move_to(std::size_t capacity, std::size_t begin) {
    const std::size_t count = size();
    if (capacity == capacity_) {
        if (count > 0) std::memmove(bytes_.get() + begin, bytes_.get() + begin_, count);
    } else {
        auto fresh = std::make_unique_for_overwrite<std::byte[]>(capacity);
        if (count > 0) std::memcpy(fresh.get() + begin, bytes_.get() + begin_, count);
        bytes_ = std::move(fresh);
        capacity_ = capacity;
    }
    begin_ = begin;
    end_ = begin + count;
}

}  // namespace troika::io
