// SPDX-License-Identifier: MIT
#pragma once

#include <troika/testing/model.hpp>

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika::testing {

/// Weakens each memory order in the code of `scenarios` by one step, one at a time, and gives the
/// weakenings that no scenario notices: those orders are stronger than they need to be, or a
/// scenario is missing.
///
/// Throws: std::invalid_argument when a scenario fails as it stands.
std::vector<model_weakening> weaken_each(
    const model_options& options, std::span<const std::function<void(model_run&)>> scenarios);

/// The same for scenarios that are given one by one.
template <class... Scenarios>
    requires(sizeof...(Scenarios) > 0 && (std::invocable<Scenarios&, model_run&> && ...))
std::vector<model_weakening> weaken_each(const model_options& options, Scenarios&&... scenarios) {
    const std::function<void(model_run&)> all[] = {std::forward<Scenarios>(scenarios)...};
    return weaken_each(options, std::span(all));
}

/// Returns: a line for each of `weakenings`, to be shown by a test that fails.
std::string weakenings_text(std::span<const model_weakening> weakenings);

}  // namespace troika::testing
