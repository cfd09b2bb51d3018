// SPDX-License-Identifier: MIT
#include "os/file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace troika::os {

namespace {

template <class Call>
int retried(Call call) noexcept {
    for (;;) {
        const auto result = call();
        if (result >= 0) return static_cast<int>(result);
        if (errno != EINTR) return -errno;
    }
}

file_type type_of(mode_t mode) noexcept {
    switch (mode & S_IFMT) {
        case S_IFREG: return file_type::regular;
        case S_IFDIR: return file_type::directory;
        case S_IFLNK: return file_type::link;
        case S_IFIFO: return file_type::pipe;
        case S_IFSOCK: return file_type::socket;
        case S_IFCHR:
        case S_IFBLK: return file_type::device;
        default: return file_type::other;
    }
}

void fill(const struct stat& from, file_status& into) noexcept {
    using namespace std::chrono;
    into.type = type_of(from.st_mode);
    into.mode = from.st_mode & 07777u;
    into.links = static_cast<std::uint32_t>(from.st_nlink);
    into.size = static_cast<std::uint64_t>(from.st_size);
    into.allocated = static_cast<std::uint64_t>(from.st_blocks) * 512;
    into.device = from.st_dev;
    into.inode = from.st_ino;
    into.modified = sys_time<nanoseconds>(seconds(from.st_mtim.tv_sec) +
                                          nanoseconds(from.st_mtim.tv_nsec));
}

}  // namespace

int open_file(const char* path, const open_options& options) noexcept {
    int flags = O_CLOEXEC;
    flags |= options.read ? (options.write ? O_RDWR : O_RDONLY) : O_WRONLY;
    if (options.create) flags |= O_CREAT;
    if (options.exclusive) flags |= O_EXCL;
    if (options.truncate) flags |= O_TRUNC;
    if (options.append) flags |= O_APPEND;
    if (options.directory) flags |= O_DIRECTORY;
    if (!options.follow_links) flags |= O_NOFOLLOW;
    if (!options.waits) flags |= O_NONBLOCK;
    return retried([&] { return ::open(path, flags, static_cast<mode_t>(options.mode)); });
}

int open_unnamed(const char* directory, std::uint32_t mode) noexcept {
    return retried([&] {
        return ::open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, static_cast<mode_t>(mode));
    });
}

int name_file(int unnamed, const char* path) noexcept {
    if (::linkat(unnamed, "", AT_FDCWD, path, AT_EMPTY_PATH) == 0) return 0;
    if (errno != ENOENT && errno != EPERM) return -errno;
    // Without the capability older kernels refuse the short way.
    const std::string link = "/proc/self/fd/" + std::to_string(unnamed);
    return ::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

int status(const char* path, bool follow_links, file_status& into) noexcept {
    struct stat raw;
    if (::fstatat(AT_FDCWD, path, &raw, follow_links ? 0 : AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    fill(raw, into);
    return 0;
}

int status(int descriptor, file_status& into) noexcept {
    struct stat raw;
    if (::fstat(descriptor, &raw) < 0) return -errno;
    fill(raw, into);
    return 0;
}

int read_at(int file, void* into, std::uint32_t size, std::uint64_t offset) noexcept {
    return retried([&] { return ::pread(file, into, size, static_cast<off_t>(offset)); });
}

int read_next(int file, void* into, std::uint32_t size) noexcept {
    return retried([&] { return ::read(file, into, size); });
}

int write_at(int file, const void* from, std::uint32_t size, std::uint64_t offset) noexcept {
    return retried([&] { return ::pwrite(file, from, size, static_cast<off_t>(offset)); });
}

int sync(int file) noexcept {
    return retried([&] { return ::fsync(file); });
}

int sync_data(int file) noexcept {
    return retried([&] { return ::fdatasync(file); });
}

int lock_file(int file, std::chrono::milliseconds patience) noexcept {
    constexpr std::chrono::milliseconds step{10};
    for (;;) {
        const int answer = retried([&] { return ::flock(file, LOCK_EX | LOCK_NB); });
        if (answer != -EAGAIN || patience <= std::chrono::milliseconds(0)) return answer;
        const timespec pause{.tv_sec = 0, .tv_nsec = 10'000'000};
        ::nanosleep(&pause, nullptr);
        patience -= step;
    }
}

std::uint32_t file_mode_mask() noexcept {
    const mode_t mask = ::umask(077);
    ::umask(mask);
    return mask;
}

int truncate(int file, std::uint64_t size) noexcept {
    return retried([&] { return ::ftruncate(file, static_cast<off_t>(size)); });
}

int reserve(int file, std::uint64_t size) noexcept {
    if (size > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return -EFBIG;
    if (size == 0) return 0;   // the kernel says EINVAL
    return retried(
        [&] { return ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)); });
}

int set_modified(int file, std::chrono::sys_time<std::chrono::nanoseconds> time) noexcept {
    using namespace std::chrono;
    const auto whole = floor<seconds>(time);
    timespec times[2] = {};
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_sec = whole.time_since_epoch().count();
    times[1].tv_nsec = (time - whole).count();
    return ::futimens(file, times) < 0 ? -errno : 0;
}

int set_mode(int file, std::uint32_t mode) noexcept {
    return retried([&] { return ::fchmod(file, static_cast<mode_t>(mode)); });
}

int set_attribute(int file, const char* name, const std::string& value) noexcept {
    if (value.size() > attribute_bytes_max) return -E2BIG;
    return ::fsetxattr(file, name, value.data(), value.size(), 0) < 0 ? -errno : 0;
}

std::string attribute(const char* path, const char* name) {
    std::string value(attribute_bytes_max, '\0');
    const ::ssize_t size = ::getxattr(path, name, value.data(), value.size());
    value.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return value;
}

int rename(const char* from, const char* to) noexcept {
    return ::rename(from, to) < 0 ? -errno : 0;
}

int rename_no_replace(const char* from, const char* to) noexcept {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -errno;
    if (::link(from, to) < 0) return -errno;
    return ::unlink(from) < 0 ? -errno : 0;
}

int make_directory(const char* path, std::uint32_t mode) noexcept {
    return ::mkdir(path, static_cast<mode_t>(mode)) < 0 ? -errno : 0;
}

int remove_file(const char* path) noexcept { return ::unlink(path) < 0 ? -errno : 0; }

int remove_directory(const char* path) noexcept { return ::rmdir(path) < 0 ? -errno : 0; }

int make_link(const char* target, const char* path) noexcept {
    return ::symlink(target, path) < 0 ? -errno : 0;
}

int read_directory(const char* path, std::vector<directory_entry>& into, std::size_t count_max) {
    into.clear();
    struct closer {
        void operator()(DIR* directory) const noexcept { ::closedir(directory); }
    };
    const std::unique_ptr<DIR, closer> directory(::opendir(path));
    if (!directory) return -errno;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(directory.get());
        if (!entry) return -errno;   // 0 at the end
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (into.size() == count_max) return -E2BIG;
        into.push_back({std::string(name), type_of(static_cast<mode_t>(DTTOIF(entry->d_type)))});
    }
}

int free_space(const char* path, space& into) noexcept {
    struct statvfs raw;
    if (::statvfs(path, &raw) < 0) return -errno;
    into.capacity = std::uint64_t{raw.f_blocks} * raw.f_frsize;
    into.available = std::uint64_t{raw.f_bavail} * raw.f_frsize;
    return 0;
}

void advise_sequential(int file) noexcept {
    ::posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::string current_directory() {
    struct freer {
        void operator()(char* text) const noexcept { std::free(text); }
    };
    const std::unique_ptr<char, freer> text(::getcwd(nullptr, 0));
    return text ? text.get() : "";
}

}  // namespace troika::os
