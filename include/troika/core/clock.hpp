// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

namespace troika {

/// Every duration in troika is in nanoseconds.
using duration = std::chrono::nanoseconds;

/// A deadline: a point of the monotonic clock (which a simulation replaces by a virtual one).
using time_point = std::chrono::steady_clock::time_point;

/// Stands for "no deadline".
inline constexpr time_point never = time_point::max();

/// Returns: `from + length`; `never` where that would overflow, `from` where `length` is negative.
constexpr time_point deadline_after(time_point from, duration length) noexcept {
    if (length <= duration::zero()) return from;
    return never - from < length ? never : from + length;
}

}  // namespace troika
