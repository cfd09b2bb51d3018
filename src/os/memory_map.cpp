// SPDX-License-Identifier: MIT
#include "os/memory_map.hpp"

#include <cerrno>

#include <sys/mman.h>

namespace troika::os {

memory_map& memory_map::operator=(memory_map&& other) noexcept {
    if (this != &other) {
        reset();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

memory_map::~memory_map() { reset(); }

int memory_map::map_shared(int descriptor, std::size_t size, std::uint64_t offset,
                           map_access access, bool populate) noexcept {
    const int protection = access == map_access::read ? PROT_READ : PROT_READ | PROT_WRITE;
    const int flags = MAP_SHARED | (populate ? MAP_POPULATE : 0);
    void* at = ::mmap(nullptr, size, protection, flags, descriptor, static_cast<off_t>(offset));
    if (at == MAP_FAILED) return -errno;
    reset();
    data_ = static_cast<std::byte*>(at);
    size_ = size;
    return 0;
}

int memory_map::map_mirrored(int descriptor, std::size_t size, std::uint64_t offset) noexcept {
    memory_map both;   // first a place for them
    void* const at =
        ::mmap(nullptr, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return -errno;
    both.data_ = static_cast<std::byte*>(at);
    both.size_ = 2 * size;
    for (std::byte* half : {both.data_, both.data_ + size})
        if (::mmap(half, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor,
                   static_cast<off_t>(offset)) == MAP_FAILED)
            return -errno;
    *this = std::move(both);
    return 0;
}

int memory_map::map_private(std::size_t size) noexcept {
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return -errno;
    reset();
    data_ = static_cast<std::byte*>(at);
    size_ = size;
    return 0;
}

int memory_map::exclude_from_fork() noexcept {
    return ::madvise(data_, size_, MADV_DONTFORK) < 0 ? -errno : 0;
}

void memory_map::reset() noexcept {
    if (data_) ::munmap(data_, size_);
    data_ = nullptr;
    size_ = 0;
}

}  // namespace troika::os
