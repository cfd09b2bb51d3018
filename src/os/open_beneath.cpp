// SPDX-License-Identifier: MIT
#include "os/open_beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>


namespace troika::os {

namespace {

constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;   // a pipe among the files must not block

int open_step_by_step(int root, std::string_view path) noexcept {
    int at = root;
    while (true) {
        const std::size_t end = path.find('/');
        const bool last = end == std::string_view::npos;
        char name[256];
        const std::string_view part = path.substr(0, end);
        if (part.size() >= sizeof name) return -ENAMETOOLONG;
        part.copy(name, part.size());
        name[part.size()] = '\0';
        int next = -EXDEV;
        if (part != "..") {
            next = ::openat(at, part.empty() ? "." : name,
                            flags | O_NOFOLLOW | (last ? 0 : O_DIRECTORY));
            if (next < 0) next = -errno;
        }
        if (at != root) ::close(at);
        if (last || next < 0) return next;
        at = next;
        path.remove_prefix(end + 1);
    }
}

}  // namespace

int open_beneath(int root, const char* path) noexcept {
    open_how how{};
    how.flags = flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    for (int tries = 0;; ++tries) {
        const long opened = ::syscall(SYS_openat2, root, path, &how, sizeof how);
        if (opened >= 0) return static_cast<int>(opened);
        // EAGAIN: something was renamed while the kernel walked. ENOSYS, EPERM: not to be had here.
        if (errno == EINTR || (errno == EAGAIN && tries < 16)) continue;
        if (errno == ENOSYS || errno == EPERM) return open_step_by_step(root, path);
        return -errno;
    }
}

}  // namespace troika::os
