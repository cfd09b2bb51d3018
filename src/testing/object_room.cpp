// SPDX-License-Identifier: MIT
#include "testing/object_room.hpp"

#include <algorithm>

namespace troika::testing::impl {

void* object_room::take(std::size_t bytes, std::size_t alignment) {
    for (;; ++chunk_, used_ = 0) {
        if (chunk_ == chunks_.size()) {
            const std::size_t size = std::max(chunk_bytes, bytes + alignment);
            chunks_.push_back({std::make_unique<std::byte[]>(size), size});
        }
        chunk& here = chunks_[chunk_];
        void* at = here.bytes.get() + used_;
        std::size_t left = here.size - used_;
        if (std::align(alignment, bytes, at, left)) {
            used_ = here.size - left + bytes;
            return at;
        }
    }
}

void object_room::clear() noexcept {
    chunk_ = 0;
    used_ = 0;
}

}  // namespace troika::testing::impl
