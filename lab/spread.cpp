// SPDX-License-Identifier: MIT
#include "lab/spread.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace troika::lab {

double quantile(const std::vector<double>& sorted, double share) noexcept {
    if (sorted.empty()) return 0;
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

spread spread_of(std::vector<double> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    return {.median = quantile(values, 0.5), .least = values.front(), .most = values.back()};
}

}  // namespace troika::lab
