// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/task.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace troika::fs {

enum class file_type : std::uint8_t { regular, directory, link, pipe, socket, device, other };

/// When a file was last written, to the nanosecond.
using file_time = std::chrono::sys_time<std::chrono::nanoseconds>;

/// What the file system knows about a file.
struct file_status {
    file_type type = file_type::other;
    std::uint32_t mode = 0;        ///< permission bits
    std::uint32_t links = 0;
    std::uint64_t size = 0;        ///< bytes
    std::uint64_t allocated = 0;   ///< bytes on disk
    std::uint64_t device = 0;      ///< with `inode`: tells whether two names are one file
    std::uint64_t inode = 0;
    file_time modified{};
};

enum class links : std::uint8_t { follow, keep };

/// Looks a file up. Returns: nothing when there is none. Throws: std::system_error.
task<std::optional<file_status>> status(std::filesystem::path of, links how = links::follow);

/// The size of a file system, in bytes.
struct space_info {
    std::uint64_t capacity = 0;
    std::uint64_t available = 0;   ///< to this user
};

/// Asks the file system that holds `of`, which exists. Throws: std::system_error.
task<space_info> space(std::filesystem::path of);

}  // namespace troika::fs
