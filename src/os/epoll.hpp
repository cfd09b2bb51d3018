// SPDX-License-Identifier: MIT
#pragma once

#include "os/fd.hpp"

#include <chrono>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

namespace troika::os {

using epoll_report = ::epoll_event;

/// An epoll instance, thinly wrapped. Results are 0 or a count, or -errno.
///
/// Throws (constructor): std::system_error.
class epoll {
public:
    static constexpr std::chrono::nanoseconds forever = std::chrono::nanoseconds::max();

    epoll();

    int add(int descriptor, std::uint32_t events, std::uint64_t data) const noexcept;
    int modify(int descriptor, std::uint32_t events, std::uint64_t data) const noexcept;
    int remove(int descriptor) const noexcept;

    /// Sleeps for at most `timeout` (to the nanosecond where the kernel can, else rounded up to the
    /// millisecond). Returns: how many reports; 0 when time is up, a signal came or none is there.
    int wait(std::span<epoll_report> reports, std::chrono::nanoseconds timeout) noexcept;

private:
    fd fd_;
    bool has_pwait2_ = true;
};

}  // namespace troika::os
