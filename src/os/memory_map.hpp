// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace troika::os {

enum class map_access : unsigned char { read, read_write };

/// Owns a range of mapped memory, or none.
class memory_map {
public:
    memory_map() noexcept = default;
    memory_map(memory_map&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    memory_map& operator=(memory_map&& other) noexcept;
    ~memory_map();

    /// Maps a descriptor's bytes, shared with everyone who maps them; pages are made present at
    /// once when `populate`. Returns: 0 or -errno.
    int map_shared(int descriptor, std::size_t size, std::uint64_t offset, map_access access,
                   bool populate = false) noexcept;

    /// Maps `size` bytes twice, one behind the other, so that what begins in the first and ends in
    /// the second is in one piece: for rings. `size` and `offset` are multiples of the page size.
    /// size() is twice that. Returns: 0 or -errno.
    int map_mirrored(int descriptor, std::size_t size, std::uint64_t offset) noexcept;

    /// Maps zeroed private memory. Returns: 0 or -errno.
    int map_private(std::size_t size) noexcept;

    /// A child of fork() will not have this range. Returns: 0 or -errno.
    int exclude_from_fork() noexcept;

    void reset() noexcept;

    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    explicit operator bool() const noexcept { return data_ != nullptr; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace troika::os
