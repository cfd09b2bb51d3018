// SPDX-License-Identifier: MIT
#include <troika/core/inline_executor.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace troika {
namespace {

TEST(InlineExecutor, RunsAtOnce) {
    inline_executor engine;
    bool ran = false;
    future<void> done = engine.submit([&] { ran = true; });
    EXPECT_TRUE(ran && done.done());
    EXPECT_EQ(engine.submit([](int a, int b) { return a + b; }, 1, 2).get(), 3);
    auto box = engine.submit([](std::unique_ptr<int> given) { return given; },
                             std::make_unique<int>(4));
    EXPECT_EQ(*std::move(box).get(), 4);
}

TEST(InlineExecutor, ErrorsGoIntoTheFuture) {
    inline_executor engine;
    future<int> failed = engine.submit([]() -> int { throw std::runtime_error("no"); });
    EXPECT_THROW(failed.get(), std::runtime_error);
}

TEST(InlineExecutor, MapsLazilyAndInOrder) {
    inline_executor engine;
    std::vector<int> seen;
    const std::vector inputs{1, 2, 3};
    auto squares = engine.map(
        [&](int i) {
            seen.push_back(i);
            return i * i;
        },
        inputs);
    EXPECT_TRUE(seen.empty());
    std::vector<int> results;
    for (int square : squares) results.push_back(square);
    EXPECT_THAT(results, testing::ElementsAre(1, 4, 9));
}

TEST(InlineExecutor, MapsNoMoreOnceTheTimeIsUp) {
    inline_executor engine;
    const std::vector inputs{1, 2};
    auto never_done = engine.map([](int i) { return i; }, inputs, {.timeout = duration::zero()});
    EXPECT_THROW(*never_done.begin(), timeout_error);
    auto in_time = engine.map([](int i) { return i; }, inputs, {.timeout = std::chrono::hours(1)});
    EXPECT_EQ(*in_time.begin(), 1);
}

TEST(InlineExecutor, RefusesWorkAfterShutdown) {
    inline_executor engine;
    engine.shutdown();
    EXPECT_THROW(engine.submit([] {}), std::runtime_error);
}

TEST(Keep, RunsNothingThatWasCancelled) {
    promise<int> owed;
    const future<int> answer = owed.get_future();
    EXPECT_TRUE(answer.cancel());
    bool ran = false;
    impl::keep(owed, [&] {
        ran = true;
        return 1;
    });
    EXPECT_FALSE(ran);
    EXPECT_THROW(answer.get(), cancelled);
}

}  // namespace
}  // namespace troika
