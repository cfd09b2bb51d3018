// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace troika {

/// One process of an MPI job.
struct rank_info {
    int rank = 0;
    int pid = 0;                  ///< on its host
    std::string host;
    std::size_t processors = 1;   ///< that it may use, of those that its host's ranks share
    bool lost = false;            ///< it has ended, or cannot be reached
};

}  // namespace troika
