// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace troika::io {

/// Bytes that were received and not yet asked for. Has no memory until there are some.
class read_ahead {
public:
    static constexpr std::size_t capacity_min = 4096;

    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
    [[nodiscard]] std::string_view view() const noexcept {
        return {reinterpret_cast<const char*>(bytes_.get()) + begin_, size()};
    }

    /// Moves as many bytes as there are, and fit, to `into`. Returns: how many.
    std::size_t take(std::span<std::byte> into) noexcept;
    /// Requires: size() >= count.
    void consume(std::size_t count) noexcept;

    /// Makes room for at least `size` bytes behind those that are there. Throws: std::bad_alloc.
    void make_room(std::size_t size);
    /// The room behind the bytes that are there.
    [[nodiscard]] std::span<std::byte> room() noexcept {
        return {bytes_.get() + end_, capacity_ - end_};
    }
    /// The first `count` bytes of room() have been written.
    void commit(std::size_t count) noexcept { end_ += count; }

    /// Puts `bytes` back in front. Throws: std::bad_alloc.
    void put_back(std::span<const std::byte> bytes);

    /// Gives the memory back. Requires: empty().
    void release() noexcept;

private:
    void move_to(std::size_t capacity, std::size_t begin);

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace troika::io
