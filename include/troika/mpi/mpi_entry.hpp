// SPDX-License-Identifier: MIT
#pragma once

namespace troika {

/// One of the first lines of main() in a program that uses mpi_pool.
///
/// Where the program was started as several ranks, `mpirun -n 8 program`, it returns in rank 0, and
/// the others serve its mpi_pools until it ends: in them it never returns, and the process ends by
/// exit(). In a program that was started alone it returns at once; MPI is initialized when the
/// first mpi_pool starts workers. Where there is process_entry() as well, that comes first.
/// What main() does before this line is done in all ranks, and so is the construction of static
/// objects. MPI belongs to troika from here on: the program makes no MPI calls of its own.
/// Throws: mpi_unavailable.
void mpi_entry();

/// In a worker: its own rank. In the program: 0.
[[nodiscard]] int mpi_rank() noexcept;

}  // namespace troika
