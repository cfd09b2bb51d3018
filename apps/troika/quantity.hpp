// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace troika::apps {

/// Reads a time as options take it: `50ms`, `2s`, `1.5m`, `1h`, `250us`; a bare number is seconds.
/// Throws: std::invalid_argument that says what to write, for what is none, is negative, or exceeds
/// ten years.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);

/// Reads a number of bytes as options take it: `5000`, `64k`, `5M`, `1.5G`, `1T`, also `5MiB`; the
/// units are powers of 1024, in either case. Throws: as parse_duration(), for more than 2^60.
[[nodiscard]] std::uint64_t parse_size(std::string_view text);

}  // namespace troika::apps
