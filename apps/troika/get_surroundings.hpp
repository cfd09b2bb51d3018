// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/commands.hpp"
#include "apps/troika/terminal_wishes.hpp"

namespace troika::apps {

/// The options of a run, with what the environment says where the command line says nothing; and
/// makes this process ready for it: its signals and its limit on open files.
/// Throws: fetch::failure (usage) for what cannot be done.
[[nodiscard]] fetch::get_options ready_options(const get_command& command,
                                               const environment_lookup& environment);

}  // namespace troika::apps
