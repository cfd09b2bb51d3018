// SPDX-License-Identifier: MIT
// What every executor does, whatever runs its functions.
#include <troika/core/inline_executor.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/proc/process_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ranges>
#include <stdexcept>
#include <vector>

namespace troika {
namespace {

template <executor E>
class Executor : public ::testing::Test {
protected:
    E engine;
};
using executors = ::testing::Types<inline_executor, thread_pool, process_pool>;
TYPED_TEST_SUITE(Executor, executors);

int half(int number) {
    if (number % 2 == 1) throw std::domain_error("odd");
    return number / 2;
}

TYPED_TEST(Executor, GivesAFutureOfTheResult) {
    EXPECT_EQ(this->engine.submit([] { return 3; }).get(), 3);
    EXPECT_EQ(this->engine.submit(half, 8).get(), 4);
}

TYPED_TEST(Executor, GivesTheErrorThroughTheFuture) {
    EXPECT_THROW(this->engine.submit(half, 7).get(), std::domain_error);
}

TYPED_TEST(Executor, MapsInOrder) {
    std::vector<int> inputs(100);
    for (int i = 0; i < 100; ++i) inputs[static_cast<std::size_t>(i)] = 2 * i;
    int next = 0;
    for (const int each : this->engine.map(half, inputs)) EXPECT_EQ(each, next++);
    for (const int each : this->engine.map(half, inputs, {.chunk = 7, .buffer_max = 20}))
        EXPECT_EQ(each, next++ - 100);
    EXPECT_EQ(next, 200);
}

TYPED_TEST(Executor, AFailureComesWhereItsResultWould) {
    std::vector<int> inputs{2, 4, 5, 8};
    std::vector<int> seen;
    const auto take = [&] {
        for (const int each : this->engine.map(half, inputs)) seen.push_back(each);
    };
    EXPECT_THROW(take(), std::domain_error);
    EXPECT_THAT(seen, ::testing::ElementsAre(1, 2));
}

TYPED_TEST(Executor, RefusesWorkAfterShutdown) {
    std::vector<int> inputs{2};
    this->engine.shutdown();
    EXPECT_THROW(this->engine.submit([] {}), std::runtime_error);
    EXPECT_THROW(this->engine.map(half, inputs), std::runtime_error);
}

}  // namespace
}  // namespace troika
