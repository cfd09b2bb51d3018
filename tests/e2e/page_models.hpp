// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/timeline_page.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace page_models {

/// A lane of the trace's last process. Returns its index.
std::uint32_t add_lane(troika::trace_data& trace, troika::lane_kind kind, std::uint64_t id,
                       troika::trace_data::text_id name);

/// The same eight jobs, which wait and compute in turn, as five models would share the time of two
/// processors: simulated, so the same on every machine.
struct comparison {
    std::vector<std::pair<std::string, troika::trace_data>> models;

    /// As a page about them. Lifetime: `this`.
    troika::timeline_page page() const;
};

comparison compare_models();

}  // namespace page_models
