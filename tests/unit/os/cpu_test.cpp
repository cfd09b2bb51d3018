// SPDX-License-Identifier: MIT
#include "os/cpu.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include <pthread.h>
#include <sched.h>

namespace troika::os {

TEST(cpu, counts_the_processors_of_the_affinity_mask) {
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    EXPECT_EQ(processors_allowed(), static_cast<unsigned>(CPU_COUNT(&before)));
    int first = 0;
    while (!CPU_ISSET(first, &before)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(first), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(processors_allowed(), 1u);
    ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
    pause();
}

TEST(cpu, names_threads_with_what_fits) {
    std::array<char, 16> name{};
    std::thread([&] {
        name_thread("a-name-that-is-too-long");
        ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    }).join();
    EXPECT_STREQ(name.data(), "a-name-that-is-");
}

}  // namespace troika::os
