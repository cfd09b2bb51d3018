// SPDX-License-Identifier: MIT
#pragma once

#include "lab/model_run.hpp"

namespace troika::apps {

/// The ranks that this program was started with, or has to start, as a model of the lab.
/// Throws: mpi_unavailable.
[[nodiscard]] lab::rank_job ranks_for_lab();

}  // namespace troika::apps
