// SPDX-License-Identifier: MIT
#include "os/fd.hpp"

#include "os/signal.hpp"

#include <cerrno>
#include <climits>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troika::os {

static_assert(pipe_write_sure <= PIPE_BUF);

void close_descriptor(int descriptor) noexcept { ::close(descriptor); }

int duplicate(int descriptor) noexcept {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    return copy >= 0 ? copy : -errno;
}

int set_nonblocking(int descriptor, bool on) noexcept {
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    const int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags && ::fcntl(descriptor, F_SETFL, wanted) < 0) return -errno;
    return 0;
}

bool is_open(int descriptor) noexcept { return ::fcntl(descriptor, F_GETFD) >= 0; }

descriptor_kind kind_of(int descriptor) noexcept {
    struct stat status;
    if (::fstat(descriptor, &status) < 0) return descriptor_kind::invalid;
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode))
        return descriptor_kind::file;
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0) return descriptor_kind::invalid;
    return flags & O_NONBLOCK ? descriptor_kind::stream : descriptor_kind::blocking_stream;
}

int open_pipe(int (&ends)[2], bool nonblocking) noexcept {
    return ::pipe2(ends, O_CLOEXEC | (nonblocking ? O_NONBLOCK : 0)) < 0 ? -errno : 0;
}

int read_some(int descriptor, void* into, unsigned size) noexcept {
    for (;;) {
        const ssize_t n = ::read(descriptor, into, size);
        if (n >= 0) return static_cast<int>(n);
        if (errno != EINTR) return -errno;
    }
}

int write_some(int descriptor, const void* from, unsigned size) noexcept {
    // There is no MSG_NOSIGNAL for pipes: the signal is blocked, and taken if we were its cause.
    const signal_block block({SIGPIPE});
    for (;;) {
        const ssize_t n = ::write(descriptor, from, size);
        if (n >= 0) return static_cast<int>(n);
        const int error = errno;
        if (error == EPIPE && !block.before().contains(SIGPIPE)) take_pending({SIGPIPE});
        if (error != EINTR) return -error;
    }
}

namespace {

int poll_one(int descriptor, bool for_writing, int timeout_ms) noexcept {
    pollfd wanted{};
    wanted.fd = descriptor;
    wanted.events = for_writing ? POLLOUT : POLLIN;
    const int count = ::poll(&wanted, 1, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    if (wanted.revents & POLLNVAL) return -EBADF;
    return count > 0 ? 1 : 0;
}

}  // namespace

int is_ready(int descriptor, bool for_writing) noexcept {
    return poll_one(descriptor, for_writing, 0);
}

int wait_until_ready(int descriptor, bool for_writing) noexcept {
    if (descriptor < 0) return -EBADF;   // poll() would wait forever
    for (;;) {
        const int answer = poll_one(descriptor, for_writing, -1);
        if (answer != 0) return answer < 0 ? answer : 0;
    }
}

}  // namespace troika::os
