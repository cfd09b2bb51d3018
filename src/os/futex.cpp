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

namespace {

bool wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
          std::chrono::steady_clock::time_point deadline, int scope) noexcept {
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
    const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | scope, expected, limit,
                                  nullptr, FUTEX_BITSET_MATCH_ANY);
    return result == 0 || errno != ETIMEDOUT;
}

int wake(const std::atomic<std::uint32_t>& word, int count, int scope) noexcept {
    const long woken =
        ::syscall(SYS_futex, &word, FUTEX_WAKE | scope, count, nullptr, nullptr, 0);
    return woken < 0 ? 0 : static_cast<int>(woken);
}

constexpr int any_process = 0;

}  // namespace

bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::chrono::steady_clock::time_point deadline) noexcept {
    return wait(word, expected, deadline, FUTEX_PRIVATE_FLAG);
}

int futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
    return wake(word, count, FUTEX_PRIVATE_FLAG);
}

bool shared_futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::chrono::steady_clock::time_point deadline) noexcept {
    return wait(word, expected, deadline, any_process);
}

int shared_futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
    return wake(word, count, any_process);
}

}  // namespace troika::os
