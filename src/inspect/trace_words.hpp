// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <string_view>

namespace troika::impl {

/// The category under which exporters file a span.
[[nodiscard]] constexpr std::string_view category_of(span_state state) noexcept {
    switch (state) {
        case span_state::runs: return "run";
        case span_state::waits: return "wait";
        case span_state::locked: return "lock";
        case span_state::ready: return "ready";
        case span_state::blocked: return "blocked";
        case span_state::failed: return "failed";
        case span_state::holds: return "holds";
    }
    return "run";
}

/// What exporters call an arrow.
[[nodiscard]] constexpr std::string_view name_of(arrow_kind kind) noexcept {
    switch (kind) {
        case arrow_kind::wake: return "wake";
        case arrow_kind::submit: return "submit";
        case arrow_kind::steal: return "steal";
        case arrow_kind::call: return "call";
        case arrow_kind::result: return "result";
        case arrow_kind::handover: return "handover";
    }
    return "wake";
}

}  // namespace troika::impl
