// SPDX-License-Identifier: MIT
#include "os/robust_mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <new>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troika::os {

TEST(robust_mutex, is_taken_by_one_at_a_time) {
    robust_mutex mutex;
    EXPECT_TRUE(mutex.lock());
    std::thread([&] { EXPECT_FALSE(mutex.lock(std::chrono::steady_clock::now())); }).join();
    mutex.unlock();
    std::thread([&] {
        EXPECT_TRUE(mutex.lock(std::chrono::steady_clock::now() + std::chrono::hours(1)));
        mutex.unlock();
    }).join();
}

TEST(robust_mutex, is_free_again_when_the_process_that_has_it_is_killed) {
    void* const shared = ::mmap(nullptr, sizeof(robust_mutex), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(shared, MAP_FAILED);
    auto& mutex = *::new (shared) robust_mutex;
    for (int round = 0; round < 3; ++round) {
        const int child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            mutex.lock();
            ::raise(SIGKILL);
        }
        ::waitpid(child, nullptr, 0);
        EXPECT_TRUE(mutex.lock());
        mutex.unlock();
    }
    ::munmap(shared, sizeof(robust_mutex));
}

}  // namespace troika::os
