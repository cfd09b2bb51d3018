// SPDX-License-Identifier: MIT
#include "os/process_memory.hpp"

#include "os/environment.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <limits>

namespace {

using namespace troika::os;

TEST(process_memory, reads_what_is_there) {
    const char there[] = "what is there";
    char here[sizeof there] = {};
    EXPECT_EQ(read_process_memory(process_id(), reinterpret_cast<std::uintptr_t>(there),
                                  std::as_writable_bytes(std::span(here))),
              static_cast<long>(sizeof there));
    EXPECT_STREQ(here, there);
}

TEST(process_memory, says_what_cannot_be_read) {
    std::byte here[8];
    EXPECT_EQ(read_process_memory(process_id(), 8, here), -EFAULT);
    EXPECT_EQ(read_process_memory(std::numeric_limits<int>::max(), 8, here), -ESRCH);
}

}  // namespace
