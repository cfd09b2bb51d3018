// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace troika {

/// MPI cannot do what is asked here; what() says why, and what helps.
class mpi_unavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace troika
