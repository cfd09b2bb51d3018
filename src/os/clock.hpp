// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace troika::os {

/// The time of day. For dates that people and peers see; deadlines use a loop's clock.
[[nodiscard]] std::chrono::sys_time<std::chrono::nanoseconds> wall_time() noexcept;

/// The monotonic clock, by which real deadlines go.
[[nodiscard]] std::chrono::steady_clock::time_point steady_time() noexcept;

/// The same, some milliseconds late, at a fraction of the cost.
[[nodiscard]] std::chrono::steady_clock::time_point coarse_steady_time() noexcept;

/// Keeps this thread from running for about as long.
void sleep_for(std::chrono::nanoseconds length) noexcept;

}  // namespace troika::os
