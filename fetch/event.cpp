// SPDX-License-Identifier: MIT
#include <troika/fetch/event.hpp>

namespace troika::fetch {

std::string_view to_string(event_kind kind) noexcept {
    switch (kind) {
        case event_kind::queued: return "queued";
        case event_kind::started: return "started";
        case event_kind::progress: return "progress";
        case event_kind::retried: return "retry";
        case event_kind::finished: return "finished";
        case event_kind::failed: return "failed";
        case event_kind::would_get: return "would_get";
        case event_kind::warning: return "warning";
        case event_kind::summary: return "summary";
    }
    return "unknown";
}

}  // namespace troika::fetch
