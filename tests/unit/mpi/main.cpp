// SPDX-License-Identifier: MIT
// Runs as several ranks: the tests are rank 0's, the others serve.
#include <troika/mpi/mpi_entry.hpp>
#include <troika/proc/process_entry.hpp>

#include <gtest/gtest.h>

int main(int count, char** arguments) {
    troika::process_entry();
    troika::mpi_entry();
    ::testing::InitGoogleTest(&count, arguments);
    return RUN_ALL_TESTS();
}
