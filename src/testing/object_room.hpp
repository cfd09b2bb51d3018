// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace troika::testing::impl {

/// Room for objects that is never used twice before clear(): after it, the same requests get the
/// same addresses again.
class object_room {
public:
    /// Returns: `bytes` bytes at a multiple of `alignment`, a power of two.
    void* take(std::size_t bytes, std::size_t alignment);

    void clear() noexcept;

private:
    static constexpr std::size_t chunk_bytes = 64 * 1024;

    struct chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size;
    };

    std::vector<chunk> chunks_;
    std::size_t chunk_ = 0;   // that is filled
    std::size_t used_ = 0;    // of it
};

}  // namespace troika::testing::impl
