// SPDX-License-Identifier: MIT
#pragma once

#include "lab/shown_style.hpp"

#include <troika/inspect/trace_data.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troika::lab {

/// A run, as a picture is made of it. Lifetime: the trace, while lane_picture() runs.
struct pictured_run {
    std::string name;
    std::string note;   ///< behind the name
    const trace_data* trace = nullptr;
};

/// So many lanes of a run are shown; the others are counted. Strips are always shown.
inline constexpr std::size_t lanes_shown_max = 8;

/// Lines for a terminal: a block for each run, a line for each lane, all on one axis of time that
/// begins at 0 and ends with the longest run. Each column shows in which state the lane was for
/// most of that time, and for strips the number of the thread that had it.
[[nodiscard]] std::string lane_picture(const std::vector<pictured_run>& runs,
                                       const shown_style& style);

}  // namespace troika::lab
