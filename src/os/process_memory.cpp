// SPDX-License-Identifier: MIT
#include "os/process_memory.hpp"

#include <cerrno>

#include <sys/uio.h>

namespace troika::os {

long read_process_memory(int process, std::uint64_t address, std::span<std::byte> into) noexcept {
    const iovec here{into.data(), into.size()};
    const iovec there{reinterpret_cast<void*>(address), into.size()};
    const ssize_t count = ::process_vm_readv(process, &here, 1, &there, 1, 0);
    return count < 0 ? -errno : count;
}

}  // namespace troika::os
