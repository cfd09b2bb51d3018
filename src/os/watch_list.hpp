// SPDX-License-Identifier: MIT
#pragma once

#include "os/epoll.hpp"

#include <chrono>
#include <cstdint>
#include <span>

namespace troika::os {

/// Descriptors whose readability a thread waits for, where no loop is wanted.
///
/// Throws (constructor): std::system_error. Thread: wait() one at a time, the others any.
class watch_list {
public:
    static constexpr std::chrono::nanoseconds forever = epoll::forever;
    enum class report : std::uint8_t { while_readable, each_time };

    /// Has wait() report `name` while `descriptor` is readable, or each time that it becomes so
    /// again. Returns: 0 or -errno.
    int add(int descriptor, std::uint64_t name, report when = report::while_readable) noexcept;
    void remove(int descriptor) noexcept;

    /// Sleeps for at most `timeout`. Returns: how many of `names` were filled in.
    std::size_t wait(std::span<std::uint64_t> names, std::chrono::nanoseconds timeout) noexcept;

private:
    epoll epoll_;
};

}  // namespace troika::os
