// SPDX-License-Identifier: MIT
#include "http/receive_buffers.hpp"

#include <troika/base/check.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <new>

namespace troika::http {

receive_buffers::~receive_buffers() {
    check(in_use_ == 0, "a client is destroyed while its buffers are in use");
    drop_kept(bytes_max_ + kept_);
}

void receive_buffers::set_users(std::size_t users) noexcept {
    const std::size_t share = bytes_max_ / std::max<std::size_t>(users, 1);
    fair_size_ = std::bit_floor(std::clamp(share, size_min, size_max));
}

std::size_t receive_buffers::class_of(std::size_t size) noexcept {
    return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(size_min));
}

receive_buffer receive_buffers::take(std::size_t size) {
    kept_block*& head = free_[class_of(size)];
    std::byte* memory = nullptr;
    if (head != nullptr) {
        kept_block* block = head;
        head = block->next;
        kept_ -= size;
        memory = reinterpret_cast<std::byte*>(block);
    } else {
        if (in_use_ + kept_ + size > bytes_max_) drop_kept(size);
        memory = static_cast<std::byte*>(::operator new(size));
    }
    in_use_ += size;
    return {*this, {memory, size}};
}

void receive_buffers::give_back(std::span<std::byte> bytes) noexcept {
    in_use_ -= bytes.size();
    if (in_use_ + kept_ + bytes.size() > bytes_max_) {
        ::operator delete(bytes.data());
        return;
    }
    kept_block*& head = free_[class_of(bytes.size())];
    head = std::construct_at(reinterpret_cast<kept_block*>(bytes.data()), kept_block{head});
    kept_ += bytes.size();
}

// Frees what is kept, the largest first, until `bytes_wanted` fit or nothing is left.
void receive_buffers::drop_kept(std::size_t bytes_wanted) noexcept {
    for (std::size_t i = class_count; i-- > 0;) {
        while (free_[i] != nullptr && in_use_ + kept_ + bytes_wanted > bytes_max_) {
            kept_block* block = free_[i];
            free_[i] = block->next;
            kept_ -= size_min << i;
            ::operator delete(static_cast<void*>(block));
        }
    }
}

}  // namespace troika::http
