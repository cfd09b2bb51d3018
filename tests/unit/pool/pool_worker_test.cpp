// SPDX-License-Identifier: MIT
#include <troika/pool/pool_worker.hpp>
#include <troika/pool/thread_pool.hpp>

#include <gtest/gtest.h>

namespace troika::impl {
namespace {

TEST(PoolWorker, IsCurrentInJobsOnly) {
    EXPECT_EQ(pool_worker::current(), nullptr);
    thread_pool threads{{.workers = 1}};
    EXPECT_TRUE(threads.submit([] { return pool_worker::current() != nullptr; }).get());
}

}  // namespace
}  // namespace troika::impl
