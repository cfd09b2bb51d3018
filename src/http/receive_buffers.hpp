// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace troika::http {

class receive_buffers;

/// Memory that bytes are received into; goes back to where it came from.
class receive_buffer {
public:
    receive_buffer() noexcept = default;
    receive_buffer(receive_buffers& from, std::span<std::byte> bytes) noexcept
        : from_(&from), bytes_(bytes) {}
    receive_buffer(receive_buffer&& other) noexcept
        : from_(other.from_), bytes_(std::exchange(other.bytes_, {})) {}
    receive_buffer& operator=(receive_buffer&& other) noexcept {
        if (this != &other) {
            reset();
            from_ = other.from_;
            bytes_ = std::exchange(other.bytes_, {});
        }
        return *this;
    }
    ~receive_buffer() { reset(); }

    void reset() noexcept;
    [[nodiscard]] std::byte* data() const noexcept { return bytes_.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

private:
    receive_buffers* from_ = nullptr;
    std::span<std::byte> bytes_;
};

/// The receive buffers of a client: large while few are in use, small when there are many, so that
/// together they stay within a limit. The one used last is the next to be used: it is in the cache.
/// Thread: the loop's.
class receive_buffers {
public:
    static constexpr std::size_t size_min = 8 * 1024;
    static constexpr std::size_t size_max = 256 * 1024;

    explicit receive_buffers(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}
    receive_buffers(const receive_buffers&) = delete;
    receive_buffers& operator=(const receive_buffers&) = delete;
    ~receive_buffers();

    /// For a head, and a small body. Throws: std::bad_alloc.
    [[nodiscard]] receive_buffer take_small() { return take(size_min); }
    /// For bodies: as large as is fair at the moment. Throws: std::bad_alloc.
    [[nodiscard]] receive_buffer take_fair() { return take(fair_size()); }
    /// What take_fair() would give.
    [[nodiscard]] std::size_t fair_size() const noexcept { return fair_size_; }

    /// Bytes that are handed out, and bytes that are kept for the next.
    [[nodiscard]] std::size_t bytes_in_use() const noexcept { return in_use_; }
    [[nodiscard]] std::size_t bytes_kept() const noexcept { return kept_; }

    /// How many want a buffer at the same time.
    void set_users(std::size_t users) noexcept;

private:
    friend class receive_buffer;
    struct kept_block {
        kept_block* next;
    };
    static constexpr std::size_t class_count = 6;   // size_min times 1, 2, 4 … 32

    [[nodiscard]] receive_buffer take(std::size_t size);
    void give_back(std::span<std::byte> bytes) noexcept;
    void drop_kept(std::size_t bytes_wanted) noexcept;
    static std::size_t class_of(std::size_t size) noexcept;

    const std::size_t bytes_max_;
    std::size_t fair_size_ = size_max;
    std::size_t in_use_ = 0;
    std::size_t kept_ = 0;
    std::array<kept_block*, class_count> free_{};
};

inline void receive_buffer::reset() noexcept {
    if (!bytes_.empty()) from_->give_back(std::exchange(bytes_, {}));
}

}  // namespace troika::http
