// SPDX-License-Identifier: MIT
// What every executor does, whatever runs its functions.
#pragma once

#include <troika/core/executor.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace troika {

template <executor E>
class Executor : public ::testing::Test {
protected:
    E engine;
};
TYPED_TEST_SUITE_P(Executor);

inline int half(int number) {
    if (number % 2 == 1) throw std::domain_error("odd");
    return number / 2;
}

TYPED_TEST_P(Executor, GivesAFutureOfTheResult) {
    EXPECT_EQ(this->engine.submit([] { return 3; }).get(), 3);
    EXPECT_EQ(this->engine.submit(half, 8).get(), 4);
}

TYPED_TEST_P(Executor, GivesTheErrorThroughTheFuture) {
    EXPECT_THROW(this->engine.submit(half, 7).get(), std::domain_error);
}

TYPED_TEST_P(Executor, MapsInOrder) {
    std::vector<int> inputs(100);
    for (int i = 0; i < 100; ++i) inputs[static_cast<std::size_t>(i)] = 2 * i;
    int next = 0;
    for (const int each : this->engine.map(half, inputs)) EXPECT_EQ(each, next++);
    for (const int each : this->engine.map(half, inputs, {.chunk = 7, .buffer_max = 20}))
        EXPECT_EQ(each, next++ - 100);
    EXPECT_EQ(next, 200);
}

TYPED_TEST_P(Executor, AFailureComesWhereItsResultWould) {
    std::vector<int> inputs{2, 4, 5, 8};
    std::vector<int> seen;
    const auto take = [&] {
        for (const int each : this->engine.map(half, inputs)) seen.push_back(each);
    };
    EXPECT_THROW(take(), std::domain_error);
    EXPECT_THAT(seen, ::testing::ElementsAre(1, 2));
}

TYPED_TEST_P(Executor, RefusesWorkAfterShutdown) {
    std::vector<int> inputs{2};
    this->engine.shutdown();
    EXPECT_THROW(this->engine.submit([] {}), std::runtime_error);
    EXPECT_THROW(this->engine.map(half, inputs), std::runtime_error);
}

REGISTER_TYPED_TEST_SUITE_P(Executor, GivesAFutureOfTheResult, GivesTheErrorThroughTheFuture,
                            MapsInOrder, AFailureComesWhereItsResultWould,
                            RefusesWorkAfterShutdown);

}  // namespace troika
