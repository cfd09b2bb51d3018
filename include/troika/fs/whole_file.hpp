// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace troika::fs {

inline constexpr std::size_t read_size_max = std::size_t{1} << 30;

/// Reads a whole file.
///
/// Throws: std::system_error, also (file too large) for more than `size_max` bytes.
task<std::string> read_file(std::filesystem::path from, std::size_t size_max = read_size_max);

/// How write_file() writes.
struct write_options {
    /// Waits until content and name would outlive a power failure. Without it, one may find the old
    /// content, the new, or with some file systems neither.
    bool sync = true;
    /// Permissions of a new file, before the umask; one that is replaced passes its own on.
    std::uint32_t mode = 0666;
};

/// Writes a whole file, atomically: whoever opens `to` finds the old content or all of the new.
///
/// The content goes to a new file in the same directory, which then takes the name; a link is
/// replaced by a file, a device or a pipe is written to in place. On failure `to` is as it was.
/// Throws: std::system_error. Cancel: what has begun is finished.
/// Lifetime: `content`, until the await ends.
task<void> write_file(std::filesystem::path to, std::string_view content,
                      write_options options = {});

}  // namespace troika::fs
