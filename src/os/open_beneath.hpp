// SPDX-License-Identifier: MIT
#pragma once

namespace troika::os {

/// Opens `path`, relative, for reading below the directory `root`, and nowhere else: neither `..`
/// nor a link leads out. Where the kernel cannot see to that by itself, links are not followed at
/// all.
/// Returns: a descriptor; -EXDEV or -ELOOP for a path that would lead out; -errno.
[[nodiscard]] int open_beneath(int root, const char* path) noexcept;

}  // namespace troika::os
