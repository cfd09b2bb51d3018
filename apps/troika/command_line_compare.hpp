// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/commands.hpp"

namespace CLI {
class App;
}

namespace troika::apps {

/// The command compare, which is written to `into` if it is parsed.
/// Lifetime: `into`, until the command line is parsed.
void declare_compare(CLI::App& app, compare_command& into);

/// Whether it was parsed.
[[nodiscard]] bool parsed_compare(const CLI::App& app);

}  // namespace troika::apps
