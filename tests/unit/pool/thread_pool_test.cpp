// SPDX-License-Identifier: MIT
#include <troika/pool/thread_pool.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace troika {
namespace {

TEST(ThreadPool, GivesTheResultsOfItsJobs) {
    thread_pool threads{{.workers = 2}};
    std::vector<future<int>> answers;
    for (int i = 0; i < 1000; ++i) answers.push_back(threads.submit([i] { return i; }));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), i);
}

TEST(ThreadPool, RefusesToHaveNoWorkers) {
    EXPECT_THROW(thread_pool{{.workers = 0}}, std::invalid_argument);
}

}  // namespace
}  // namespace troika
