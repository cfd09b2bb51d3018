// SPDX-License-Identifier: MIT
#pragma once

#include <troika/testing/weaken_each.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace troika::testing {

/// The weakenings that no scenario notices, without the lines, sorted.
template <class... Scenarios>
std::vector<std::string> unneeded_orders(const model_options& options, Scenarios&&... scenarios) {
    std::vector<std::string> found;
    for (const model_weakening& one : weaken_each(options, scenarios...))
        found.push_back(one.site.operation + ' ' + std::string(order_name(one.site.order)) + " -> "
                        + std::string(order_name(one.order)));
    std::ranges::sort(found);
    return found;
}

}  // namespace troika::testing
