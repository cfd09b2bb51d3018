// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace troika::os {

/// What processes have used of the machine since they began.
struct resource_usage {
    std::chrono::nanoseconds user{0};
    std::chrono::nanoseconds system{0};
    std::uint64_t switches_voluntary = 0;     ///< gave the processor up
    std::uint64_t switches_involuntary = 0;   ///< it was taken away
};

/// Of all threads of this process, those that have ended too. Source: getrusage(2).
[[nodiscard]] resource_usage usage_of_this_process() noexcept;
/// Of its children that have ended and were waited for, and of theirs.
[[nodiscard]] resource_usage usage_of_ended_children() noexcept;

/// The most memory of this program that was resident at a time, in bytes; 0 where nobody says.
/// Unlike that of getrusage() it knows nothing of what this process was before it was this program.
[[nodiscard]] std::uint64_t memory_peak() noexcept;

/// The average number of threads that computed or were ready, in the last minute, on the whole
/// machine; negative where nobody says.
[[nodiscard]] double load_average() noexcept;

}  // namespace troika::os
