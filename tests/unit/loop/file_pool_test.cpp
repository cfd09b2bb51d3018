// SPDX-License-Identifier: MIT
#include "loop/file_pool.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cerrno>
#include <memory>
#include <vector>

namespace troika {

struct job final : io_operation {
    explicit job(std::int32_t (*function)(void*) noexcept, void* argument = nullptr)
        : io_operation({}) {
        request.op = io_op::call;
        request.function = function;
        request.argument = argument;
    }
    void complete(std::int32_t) noexcept override {}
};

/// Hands over what was submitted, and takes what is done until `count` are.
static std::vector<std::int32_t> take(file_pool& pool, std::size_t count) {
    pool.flush();
    std::vector<std::int32_t> results;
    while (results.size() < count) {
        operation_list done;
        pool.take_done(done);
        while (!done.empty())
            results.push_back(std::bit_cast<std::int32_t>(done.pop_front().links.slot));
    }
    return results;
}

TEST(file_pool, is_idle_when_nothing_was_submitted) {
    const poller_bell bell;
    const file_pool pool(bell);
    EXPECT_FALSE(pool.has_done());
}

TEST(file_pool, returns_results_and_rings_the_bell) {
    poller_bell bell;
    file_pool pool(bell);
    int argument = 5;
    job one([](void* a) noexcept { return *static_cast<int*>(a); }, &argument);
    pool.submit(one);
    EXPECT_EQ(take(pool, 1), std::vector<std::int32_t>{5});
    while (!bell.take()) {}   // it comes, perhaps after the result
    EXPECT_FALSE(pool.has_done());
}

TEST(file_pool, begins_nothing_before_the_flush) {
    const poller_bell bell;
    file_pool pool(bell);
    job kept([](void*) noexcept -> std::int32_t { return 1; });
    job dropped([](void*) noexcept -> std::int32_t { return 2; });
    pool.submit(dropped);
    pool.submit(kept);
    EXPECT_TRUE(pool.cancel(dropped));
    EXPECT_EQ(take(pool, 1), std::vector<std::int32_t>{1});
}

TEST(file_pool, does_many_jobs_with_few_threads) {
    const poller_bell bell;
    file_pool pool(bell);
    std::vector<std::unique_ptr<job>> jobs;
    for (int i = 0; i < 2000; ++i) {
        jobs.push_back(std::make_unique<job>([](void*) noexcept -> std::int32_t { return 1; }));
        pool.submit(*jobs.back());
    }
    EXPECT_EQ(take(pool, 2000), std::vector<std::int32_t>(2000, 1));
}

TEST(file_pool, performs_file_requests_and_refuses_others) {
    io_request request;
    request.op = io_op::sync;
    request.descriptor = -1;
    EXPECT_EQ(file_pool::perform(request), -EBADF);
    request.op = io_op::recv;
    EXPECT_EQ(file_pool::perform(request), -EINVAL);
}

}  // namespace troika
