// SPDX-License-Identifier: MIT
#include <troika/proc/process_entry.hpp>

#include "proc/worker_start.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace troika {

TEST(process_entry, returns_in_the_program_itself) {
    process_entry();   // once more
    EXPECT_NO_THROW(impl::require_process_entry());
}

TEST(process_entry, there_is_nothing_to_stop_outside_of_a_call) {
    EXPECT_FALSE(this_call::stop_requested());
}

TEST(process_entry, what_a_worker_starts_is_no_worker) {
    EXPECT_EQ(std::getenv(impl::worker_variable), nullptr);
}

}  // namespace troika
