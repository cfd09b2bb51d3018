// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace troika::lab {

/// How tables and pictures are shown.
struct shown_style {
    bool colour = false;
    bool unicode = true;
    std::size_t columns = 80;   ///< at least columns_min are used
    static constexpr std::size_t columns_min = 60;
};

}  // namespace troika::lab
