// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>

namespace troika::os {

/// Sleeps while `word` holds `expected`, until futex_wake(), `deadline`, a signal, or for no
/// reason: the caller looks at `word` again in each case. time_point::max() has no limit.
///
/// Returns: false when the deadline passed, else true.
/// Thread: any, of one process.
bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::chrono::steady_clock::time_point deadline =
                    std::chrono::steady_clock::time_point::max()) noexcept;

/// The same for a word in memory that processes share. Thread: any, of any of them.
bool shared_futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::chrono::steady_clock::time_point deadline =
                           std::chrono::steady_clock::time_point::max()) noexcept;
int shared_futex_wake(const std::atomic<std::uint32_t>& word, int count = INT_MAX) noexcept;

/// Wakes at most `count` of the threads that sleep on `word`. Returns: how many.
/// `word` is only an address here: it may already have been freed, then nobody is woken.
int futex_wake(const std::atomic<std::uint32_t>& word, int count = INT_MAX) noexcept;

}  // namespace troika::os
