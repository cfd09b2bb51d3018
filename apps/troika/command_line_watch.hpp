// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/commands.hpp"

namespace CLI {
class App;
}

namespace troika::apps {

/// The commands ps, tree and top, of which one at most is parsed, and then written to `into`.
/// Lifetime: `into`, until the command line is parsed.
void declare_watch(CLI::App& app, watch_command& into);

/// Whether one of them was parsed.
[[nodiscard]] bool parsed_watch(const CLI::App& app);

}  // namespace troika::apps
