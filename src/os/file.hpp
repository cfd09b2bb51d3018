// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// File system calls. int results: a descriptor, a count or 0; -errno on failure; EINTR is tried
// again. Paths are NUL-terminated. All of them may sleep: not for a loop's thread.

namespace troika::os {

struct open_options {
    bool read = true;
    bool write = false;
    bool create = false;
    bool exclusive = false;      ///< fail with EEXIST when it exists; with `create`
    bool truncate = false;
    bool append = false;
    bool directory = false;      ///< fail with ENOTDIR unless it is a directory
    bool follow_links = true;    ///< false: fail with ELOOP when the last component is a link
    bool waits = true;           ///< false: a pipe opens although nobody is at its other end
    std::uint32_t mode = 0666;   ///< permissions of a created file, before the umask
};

enum class file_type : std::uint8_t { regular, directory, link, pipe, socket, device, other };

struct file_status {
    file_type type = file_type::other;
    std::uint32_t mode = 0;      ///< permission bits
    std::uint32_t links = 0;
    std::uint64_t size = 0;
    std::uint64_t allocated = 0;   ///< bytes on disk
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::chrono::sys_time<std::chrono::nanoseconds> modified{};
};

struct directory_entry {
    std::string name;
    file_type type = file_type::other;   ///< `other` also when the file system does not say
};

struct space {
    std::uint64_t capacity = 0;
    std::uint64_t available = 0;   ///< to this user
};

int open_file(const char* path, const open_options& options) noexcept;
int status(const char* path, bool follow_links, file_status& into) noexcept;
int status(int descriptor, file_status& into) noexcept;

/// Bytes read or written, which may be fewer than asked; 0 at the end.
int read_at(int file, void* into, std::uint32_t size, std::uint64_t offset) noexcept;
/// From where the last read ended; also of pipes and the like.
int read_next(int file, void* into, std::uint32_t size) noexcept;
int write_at(int file, const void* from, std::uint32_t size, std::uint64_t offset) noexcept;

int sync(int file) noexcept;        ///< content and all metadata
int sync_data(int file) noexcept;   ///< content and its length
/// Takes the lock of an open file for this process until the descriptor is closed, trying again for
/// about `patience`. Returns: 0; -EAGAIN when another one holds it all that time.
int lock_file(int file, std::chrono::milliseconds patience = {}) noexcept;
int truncate(int file, std::uint64_t size) noexcept;

/// Reserves blocks for [0, size) and leaves the length alone. -ENOSPC, -EDQUOT or -EFBIG where
/// there is no room for so much; -EOPNOTSUPP where the file system cannot reserve, which is no
/// failure: it may have the room all the same.
int reserve(int file, std::uint64_t size) noexcept;

int set_modified(int file, std::chrono::sys_time<std::chrono::nanoseconds> time) noexcept;
int set_mode(int file, std::uint32_t mode) noexcept;

/// Keeps a short text with an open file, under a name such as `user.program.word`; -EOPNOTSUPP
/// where the file system has no attributes.
int set_attribute(int file, const char* name, const std::string& value) noexcept;
/// Returns: the text; empty where there is none, or it is longer than attribute_bytes_max.
[[nodiscard]] std::string attribute(const char* path, const char* name);
inline constexpr std::size_t attribute_bytes_max = 1024;

/// Replaces `to` atomically.
int rename(const char* from, const char* to) noexcept;

/// A new file without a name in `directory`, open for reading and writing, which is gone when it is
/// closed before name_file(). -EOPNOTSUPP or another error where the file system has none.
int open_unnamed(const char* directory, std::uint32_t mode) noexcept;
/// Gives an unnamed file its name, atomically. -EEXIST when `path` exists.
int name_file(int unnamed, const char* path) noexcept;

/// Fails with -EEXIST when `to` exists. Where the file system lacks renameat2: link, then unlink,
/// equally atomic for `to`.
int rename_no_replace(const char* from, const char* to) noexcept;

int make_directory(const char* path, std::uint32_t mode = 0777) noexcept;
int remove_file(const char* path) noexcept;
int remove_directory(const char* path) noexcept;
int make_link(const char* target, const char* path) noexcept;   ///< symbolic

/// Fills `into` with all entries but "." and "..", in no order.
/// Returns: 0; -E2BIG when there are more than `count_max`; -errno.
int read_directory(const char* path, std::vector<directory_entry>& into,
                   std::size_t count_max = 1'000'000);

int free_space(const char* path, space& into) noexcept;

/// Tells the kernel that `file` will be read from start to end. Best effort.
void advise_sequential(int file) noexcept;

/// The permission bits that the process takes from new files. Not for threads beside others that
/// create files: it has to set the mask to read it.
std::uint32_t file_mode_mask() noexcept;

/// "" when it cannot be told.
std::string current_directory();

}  // namespace troika::os
