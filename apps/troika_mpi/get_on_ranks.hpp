// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/commands.hpp"

#include <string>
#include <vector>

namespace troika::apps {

/// `troika get --mpi`, on rank 0: the list is dealt out to the ranks. `words`: the command line.
/// Returns: the exit code.
int get_on_ranks(const get_command& command, const std::vector<std::string>& words);

}  // namespace troika::apps
