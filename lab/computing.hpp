// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace troika::lab {

/// Keeps a processor busy with so many rounds of arithmetic in registers, each of which needs the
/// one before: a fixed amount of work, whoever does it, that no memory slows down.
/// Returns: a number that depends on all of them.
std::uint64_t compute_rounds(std::uint64_t rounds, std::uint64_t seed) noexcept;

/// How many rounds a processor of this machine does in a millisecond if nobody disturbs it: the
/// best of many attempts, which together take some 50 ms. At least 1.
[[nodiscard]] std::uint64_t measure_rounds_per_ms();

}  // namespace troika::lab
