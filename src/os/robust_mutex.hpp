// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include <pthread.h>

namespace troika::os {

/// A lock in memory that processes share, which the kernel takes from a thread that ends, or whose
/// process is killed, while it has it. What it guards has to be right at each instant, since the
/// next one finds it as it was then.
///
/// Lives in shared memory, made there once; it is not destroyed. A process that is stopped while it
/// has the lock keeps it until it goes on.
class robust_mutex {
public:
    /// Throws: std::system_error.
    robust_mutex();
    robust_mutex(const robust_mutex&) = delete;
    robust_mutex& operator=(const robust_mutex&) = delete;

    /// Returns: whether it was taken before `deadline`; time_point::max() has no limit.
    /// Throws: std::system_error when the memory does not hold one.
    bool lock(std::chrono::steady_clock::time_point deadline =
                  std::chrono::steady_clock::time_point::max());
    void unlock() noexcept;

private:
    pthread_mutex_t mutex_;
};

}  // namespace troika::os
