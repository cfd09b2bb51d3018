// SPDX-License-Identifier: MIT
#include "os/memory_file.hpp"

#include "os/fd.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troika::os {

namespace {
constexpr int size_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
}

int create_memory_file(const char* name, std::size_t size) noexcept {
    fd made(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!made) return -errno;
    if (::ftruncate(made.get(), static_cast<off_t>(size)) < 0) return -errno;
    if (::fcntl(made.get(), F_ADD_SEALS, size_seals) < 0) return -errno;
    return made.release();
}

long size_of_memory_file(int descriptor) noexcept {
    const int seals = ::fcntl(descriptor, F_GET_SEALS);
    if (seals < 0) return -errno;
    if ((seals & size_seals) != size_seals) return -EINVAL;
    struct stat status{};
    if (::fstat(descriptor, &status) < 0) return -errno;
    return static_cast<long>(status.st_size);
}

}  // namespace troika::os
