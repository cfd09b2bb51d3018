// SPDX-License-Identifier: MIT
#pragma once

#include "lab/comparison.hpp"
#include "lab/shown_style.hpp"

#include <string>
#include <vector>

namespace troika::lab {

/// What a table says of the models: a row for each, as many cells as heads.
struct comparison_cells {
    std::vector<std::string> heads;
    struct row {
        std::vector<std::string> medians;   ///< the first cell is the model
        std::vector<std::string> spreads;   ///< "+-3%"; the first is empty
    };
    std::vector<row> rows;
};

/// Time, CPU, speed-up against sync, processors kept busy, context switches, peak memory, and when
/// half and 99 % of the tasks were done. "-" for a speed-up without sync.
[[nodiscard]] comparison_cells cells_of(const comparison& of, bool unicode);

/// The same as lines for a terminal, in 80 columns, with a line of spreads for more than one run.
[[nodiscard]] std::string comparison_table(const comparison& of, const shown_style& style);

}  // namespace troika::lab
