// SPDX-License-Identifier: MIT
#pragma once

namespace troika::impl {

/// Throws: std::logic_error when main() does not call mpi_entry().
void require_mpi_entry();

}  // namespace troika::impl
