// SPDX-License-Identifier: MIT
// The processes of these tests are this program.
#include <troika/proc/process_entry.hpp>

#include <gtest/gtest.h>

int main(int count, char** arguments) {
    troika::process_entry();
    ::testing::InitGoogleTest(&count, arguments);
    return RUN_ALL_TESTS();
}
