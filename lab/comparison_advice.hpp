// SPDX-License-Identifier: MIT
#pragma once

#include "lab/comparison.hpp"

#include <string>
#include <vector>

namespace troika::lab {

/// Models whose times differ by no more than that are as fast as each other.
inline constexpr double as_fast = 1.10;
/// A spread beyond that makes us doubt.
inline constexpr double spread_max = 0.15;

/// The model to choose: of those as fast as the fastest, the one with the fewest processes, and
/// then threads. Never threads_gil, which is there to be looked at.
/// Returns: null for no models that could be chosen.
[[nodiscard]] const model_result* best_of(const comparison& of);

/// What the figures say, in paragraphs of plain words that name the figures: which model to choose,
/// why others are slower, and what makes us doubt. A pure function of the comparison.
[[nodiscard]] std::vector<std::string> advise_on(const comparison& of);

}  // namespace troika::lab
