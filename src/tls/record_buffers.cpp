// SPDX-License-Identifier: MIT
#include "tls/record_buffers.hpp"

#include <algorithm>
#include <bit>

namespace troika::tls {

namespace {
constexpr std::size_t free_max = 16;
}

record_buffers::buffer record_buffers::take() {
    free_.reserve(free_max);   // giving back must not throw
    std::unique_ptr<std::byte[]> memory;
    if (free_.empty()) {
        memory = std::make_unique_for_overwrite<std::byte[]>(size_);
    } else {
        memory = std::move(free_.back());
        free_.pop_back();
    }
    return {*this, std::move(memory), size_};
}

void record_buffers::set_connections(std::size_t count) noexcept {
    connections_ = count;
    const std::size_t share = bytes_max / std::max<std::size_t>(count, 1);
    const std::size_t fair = std::bit_floor(std::clamp(share, size_min, size_max));
    if (fair == size_) return;
    size_ = fair;
    free_.clear();
}

void record_buffers::give_back(std::unique_ptr<std::byte[]> memory, std::size_t size) noexcept {
    if (size == size_ && free_.size() < free_.capacity()) free_.push_back(std::move(memory));
    memory.reset();
}

}  // namespace troika::tls
