// SPDX-License-Identifier: MIT
#include "os/arena.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <new>

namespace troika::os {

std::byte* map_arena(std::size_t bytes) {
    // Twice as much, then the ends are given back: the kernel aligns to pages only.
    void* mapped = ::mmap(nullptr, 2 * bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* begin = static_cast<std::byte*>(mapped);
    const std::size_t over = reinterpret_cast<std::uintptr_t>(begin) & (bytes - 1);
    const std::size_t before = over == 0 ? 0 : bytes - over;
    if (before != 0) ::munmap(begin, before);
    ::munmap(begin + before + bytes, bytes - before);
    // Advice: where it is refused, ordinary pages do.
    ::madvise(begin + before, bytes, MADV_HUGEPAGE);
    return begin + before;
}

void populate_arena(std::byte* begin, std::size_t bytes) noexcept {
#ifndef MADV_POPULATE_WRITE
    constexpr int MADV_POPULATE_WRITE = 23;   // of Linux 5.14; missing in older headers of libc
#endif
    const int before = errno;
    ::madvise(begin, bytes, MADV_POPULATE_WRITE);
    errno = before;
}

}  // namespace troika::os
