// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace troika::fetch {

/// Bytes for people: `0 B`, `1023 B`, `1.5 KiB`, `64.0 MiB`, `512 GiB`; at most eight characters.
[[nodiscard]] std::string human_size(std::uint64_t bytes);

/// Bytes per second for people: `1.5 MiB/s`. Nothing sensible (negative, infinite) is `0 B/s`.
[[nodiscard]] std::string human_speed(double bytes_per_second);

/// A time that has passed: `0.25 s`, `12.3 s`, `3m05s`, `2h03m`, `4d05h`.
[[nodiscard]] std::string human_duration(std::chrono::nanoseconds time);

/// A time still to go, without fractions: `0s`, `12s`, `3m05s`; above 99 days `--`.
[[nodiscard]] std::string human_time_left(std::chrono::seconds time);

}  // namespace troika::fetch
