// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace troika::impl {

/// Whether this build reports suspicious behaviour: tasks never awaited, errors never looked at,
/// tasks that hold the loop. A matter of how the library was compiled, not the program that uses
/// it.
#ifdef NDEBUG
inline constexpr bool reporting = false;
#else
inline constexpr bool reporting = true;
#endif

/// Writes one report to standard error, as a whole.
void report(std::string_view text) noexcept;

}  // namespace troika::impl
