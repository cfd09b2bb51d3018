// SPDX-License-Identifier: MIT
#include <troika/tasks/completion_queue.hpp>
#include <troika/tasks/wait.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(CompletionQueue, GivesThePlacesInTheOrderOfCompletion) {
    std::vector<promise<int>> promises(3);
    std::vector<future<int>> futures;
    for (auto& each : promises) futures.push_back(each.get_future());
    promises[2].set_value(2);
    impl::completion_queue queue(impl::cores_of(futures));
    EXPECT_EQ(queue.take(), 2u);
    EXPECT_EQ(queue.take(), std::nullopt);
    promises[1].set_value(1);
    promises[0].set_value(0);
    EXPECT_EQ(queue.left(), 2u);
    EXPECT_TRUE(queue.block(never));
    EXPECT_EQ(queue.take(), 1u);
    EXPECT_EQ(queue.take(), 0u);
    EXPECT_EQ(queue.left(), 0u);
}

TEST(CompletionQueue, AFutureMayGoOnceItWasTaken) {
    promise<int> owed;
    std::vector futures{owed.get_future()};
    impl::completion_queue queue(impl::cores_of(futures));
    owed.set_value(1);
    EXPECT_EQ(queue.take(), 0u);
    futures.clear();
    { const promise<int> gone = std::move(owed); }
}

TEST(CompletionQueue, MayGoBeforeTheFutures) {
    promise<int> owed;
    std::vector futures{owed.get_future()};
    std::optional<impl::completion_queue> queue(std::in_place, impl::cores_of(futures));
    queue.reset();
    owed.set_value(1);   // tells nobody
    EXPECT_EQ(futures[0].get(), 1);
}

TEST(CompletionQueue, MayGoWhileAnotherThreadCompletes) {
    for (int round = 0; round < 300; ++round) {
        promise<int> owed;
        std::vector futures{owed.get_future()};
        std::optional<impl::completion_queue> queue(std::in_place, impl::cores_of(futures));
        std::thread other([&] { owed.set_value(round); });
        queue.reset();
        other.join();
        EXPECT_EQ(futures[0].get(), round);
    }
}

TEST(CompletionQueue, SaysWhatATaskWaitsFor) {
    virtual_loop here;
    promise<int> owed;
    std::vector futures{owed.get_future()};
    auto waits = [&]() -> task<void> {
        impl::completion_queue queue(impl::cores_of(futures));
        co_await queue.next();
    };
    future<void> answer = here.start(waits());
    here.loop().turn(false);
    EXPECT_EQ(here.loop().tasks().front().state, "the next of 1 future");
    owed.set_value(1);
    here.finish(answer);
}

}  // namespace
}  // namespace troika
