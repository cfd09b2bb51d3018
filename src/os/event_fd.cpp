// SPDX-License-Identifier: MIT
#include "os/event_fd.hpp"

#include "os/error.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace troika::os {

event_fd::event_fd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) throw_errno("eventfd");
}

void signal_event(int descriptor) noexcept {
    const int kept = errno;
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable anyway.
    [[maybe_unused]] const ssize_t n = ::write(descriptor, &one, sizeof one);
    errno = kept;
}

void event_fd::signal() const noexcept { signal_event(fd_.get()); }

bool event_fd::drain() const noexcept {
    std::uint64_t count = 0;
    return ::read(fd_.get(), &count, sizeof count) == sizeof count;
}

}  // namespace troika::os
