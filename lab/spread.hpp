// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace troika::lab {

/// A figure that was measured several times.
struct spread {
    double median = 0;
    double least = 0;
    double most = 0;

    /// Half of the distance from the least to the most, as a share of the median; 0 for 0.
    [[nodiscard]] double relative() const noexcept {
        return median > 0 ? (most - least) / 2 / median : 0;
    }
};

/// The value that such a share of the sorted `values` does not exceed, 0 to 1, between neighbours
/// in proportion. Requires: sorted. Returns: 0 for none.
[[nodiscard]] double quantile(const std::vector<double>& sorted, double share) noexcept;

/// Returns: zeros for no values.
[[nodiscard]] spread spread_of(std::vector<double> values);

}  // namespace troika::lab
