// SPDX-License-Identifier: MIT
#include "os/futex.hpp"

#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troika::os {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::chrono::steady_clock::time_point deadline) noexcept {
    using namespace std::chrono;
    timespec until{};
    const timespec* limit = nullptr;
    if (deadline != steady_clock::time_point::max()) {
        const auto since_boot = deadline.time_since_epoch();
        if (since_boot.count() <= 0) return false;
        until.tv_sec = duration_cast<seconds>(since_boot).count();
        until.tv_nsec = duration_cast<nanoseconds>(since_boot % seconds(1)).count();
        limit = &until;
    }
    // The bitset form takes an absolute time on CLOCK_MONOTONIC, the plain one a duration.
    const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG,
                                  expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
    return result == 0 || errno != ETIMEDOUT;
}

int futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
    const long woken = ::syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, nullptr,
                                 nullptr, 0);
    return woken < 0 ? 0 : static_cast<int>(woken);
}

}  // namespace troika::os
