// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace troika::os {

/// A file of `size` zeroed bytes that has no name and no disk: it is gone with the last process
/// that has it. Sealed: nobody can change its size, so that nobody who maps it can be harmed.
/// `name` is shown in /proc only.
/// Returns: a descriptor (close-on-exec) or -errno.
int create_memory_file(const char* name, std::size_t size) noexcept;

/// Whether `descriptor` is such a file. Returns: its size, or -errno; -EINVAL when it is not
/// sealed.
long size_of_memory_file(int descriptor) noexcept;

}  // namespace troika::os
