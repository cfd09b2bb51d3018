// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/commands.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace troika::apps {

/// Adds the options of `troika advise`. Lifetime: `command`, until the line has been read.
void declare_advise(CLI::App& app, advise_command& command);

/// Takes the words that are no options of ours: the command.
/// Throws: std::invalid_argument for options that contradict each other.
void finish_advise(std::vector<std::string> words, advise_command& command);

}  // namespace troika::apps
