// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/fs/status.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace troika::fs {

/// One name in a directory.
struct directory_entry {
    std::string name;
    file_type type = file_type::other;   ///< `other` also where the file system does not say
};

inline constexpr std::size_t directory_entries_max = 1'000'000;

/// All entries of a directory but "." and "..", sorted by name.
///
/// Throws: std::system_error, also (argument list too long) for more than `count_max` entries.
task<std::vector<directory_entry>> list_directory(std::filesystem::path of,
                                                  std::size_t count_max = directory_entries_max);

/// Makes a directory and those above it that are missing; where it is there already, nothing.
/// Throws: std::system_error.
task<void> create_directories(std::filesystem::path path);

/// Removes a file, a link or an empty directory. Returns: whether it was there.
/// Throws: std::system_error.
task<bool> remove(std::filesystem::path path);

/// Gives a file another name; what had that name is replaced, atomically. Throws:
/// std::system_error.
task<void> rename(std::filesystem::path from, std::filesystem::path to);

/// The same, but what has the name already stays. Throws: std::system_error (file exists).
task<void> rename_no_replace(std::filesystem::path from, std::filesystem::path to);

/// Has the names in a directory outlive a power failure: new, renamed and removed ones.
/// Throws: std::system_error.
task<void> sync_directory(std::filesystem::path path);

}  // namespace troika::fs
