// SPDX-License-Identifier: MIT
#include <troika/tasks/wait.hpp>

#include <algorithm>
#include <functional>

namespace troika::impl {

std::vector<std::size_t> repeated(const std::vector<future_core*>& cores) {
    std::vector<std::pair<future_core*, std::size_t>> seen;
    seen.reserve(cores.size());
    for (std::size_t place = 0; place < cores.size(); ++place)
        seen.emplace_back(cores[place], place);
    std::ranges::sort(seen, [](const auto& a, const auto& b) {
        return a.first == b.first ? a.second < b.second : std::less<>{}(a.first, b.first);
    });
    std::vector<std::size_t> places;
    for (std::size_t i = 1; i < seen.size(); ++i)
        if (seen[i].first == seen[i - 1].first) places.push_back(seen[i].second);
    return places;
}

}  // namespace troika::impl
