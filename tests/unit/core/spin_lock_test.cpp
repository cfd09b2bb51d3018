// SPDX-License-Identifier: MIT
#include <troika/core/spin_lock.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace troika::impl {
namespace {

TEST(SpinLock, LetsOneInAtATime) {
    spin_lock lock;
    long count = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 20'000; ++n) {
                const spin_guard here(&lock);
                ++count;
            }
        });
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(count, 80'000);
}

TEST(SpinLock, AGuardWithoutALockDoesNothing) {
    const spin_guard one(nullptr);
    const spin_guard two(nullptr);
}

}  // namespace
}  // namespace troika::impl
