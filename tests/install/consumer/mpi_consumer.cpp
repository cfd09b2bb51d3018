// SPDX-License-Identifier: MIT
// Started alone: one worker is spawned.
#include <troika/mpi/mpi_entry.hpp>
#include <troika/mpi/mpi_pool.hpp>

#include <cstdio>

namespace {

int answer() { return 42; }

}  // namespace

int main() {
    troika::mpi_entry();
    troika::mpi_pool ranks({.workers = 1});
    std::printf("the answer is %d\n", ranks.submit<&answer>().get());
}
