// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/thread_pool.hpp>

namespace troika {

/// The threads of this rank, for functions that compute on all processors that the rank may use:
/// those that MPI has bound it to, or else its share of its host's. Made when first asked for.
/// Thread: any.
thread_pool& rank_threads();

}  // namespace troika
