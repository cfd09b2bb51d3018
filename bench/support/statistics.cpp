// SPDX-License-Identifier: MIT
#include "support/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    if (values.size() % 2 == 1) return values[middle];
    return (values[middle - 1] + values[middle]) / 2;
}

std::string number(double value) {
    const double size = std::fabs(value);
    const int digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size == 0 ? 2 : 4;
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    std::string result(text.data(), static_cast<std::size_t>(length));
    // 1234567 is 1,234,567.
    if (digits == 0)
        for (std::size_t at = result.size(); at > 3 && result[at - 4] != '-';)
            result.insert(at -= 3, 1, ',');
    return result;
}

std::string spread(const std::vector<double>& values) {
    if (values.empty()) return "-";
    const auto [least, greatest] = std::ranges::minmax(values);
    if (values.size() == 1) return number(least);
    return number(median(values)) + " [" + number(least) + ".." + number(greatest) + "]";
}

}  // namespace bench
