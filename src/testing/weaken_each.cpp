// SPDX-License-Identifier: MIT
#include <troika/testing/weaken_each.hpp>

#include <algorithm>
#include <stdexcept>

namespace troika::testing {

std::vector<model_weakening> weaken_each(
    const model_options& options, std::span<const std::function<void(model_run&)>> scenarios) {
    // For each place, which scenarios come by: the others cannot notice.
    std::vector<model_site> sites;
    std::vector<std::vector<std::size_t>> visitors;
    model_options now = options;
    now.weaken = std::nullopt;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        const model_report report = model(now, scenarios[i]);
        if (!report.ok())
            throw std::invalid_argument("weaken_each: scenario " + std::to_string(i + 1)
                                        + " fails as it stands: " + report.failure);
        for (const model_site& site : report.sites) {
            if (!site.file.ends_with(options.weaken_in)) continue;
            const auto at = std::ranges::find(sites, site) - sites.begin();
            if (at == std::ssize(sites)) {
                sites.push_back(site);
                visitors.emplace_back();
            }
            visitors[static_cast<std::size_t>(at)].push_back(i);
        }
    }
    std::vector<model_weakening> survivors;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        for (const std::memory_order order : weaker_orders(sites[i])) {
            now.weaken = {sites[i], order};
            const bool noticed = std::ranges::any_of(visitors[i], [&](std::size_t scenario) {
                return !model(now, scenarios[scenario]).ok();
            });
            if (!noticed) survivors.push_back(*now.weaken);
        }
    }
    return survivors;
}

std::string weakenings_text(std::span<const model_weakening> weakenings) {
    std::string text;
    for (const model_weakening& one : weakenings) text += one.text() + '\n';
    return text;
}

}  // namespace troika::testing
