// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace troika::os {

/// Copies what process `process` has at `address`, whether it runs, sleeps or is stopped.
/// Returns: how many bytes from the first on could be had, or -errno: -EPERM where this user may
/// not look (ptrace(2), "ptrace access mode checking"), -ESRCH, -EFAULT.
long read_process_memory(int process, std::uint64_t address, std::span<std::byte> into) noexcept;

}  // namespace troika::os
