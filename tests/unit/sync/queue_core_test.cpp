// SPDX-License-Identifier: MIT
#include <troika/sync/queue_core.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace troika::impl {
namespace {

using answer = queue_core::answer;

struct fixture : ::testing::Test {
    fifo_shelf shelf;
    queue_core core{shelf, {.capacity_max = 2, .name = "core"}};
    parcel a, b, c;
    parcel* got = nullptr;
};

using QueueCore = fixture;

TEST_F(QueueCore, AnswersWithoutAPlace) {
    EXPECT_EQ(core.get(got, nullptr), answer::not_now);
    EXPECT_EQ(core.put(a, nullptr), answer::done);
    EXPECT_EQ(core.put(b, nullptr), answer::done);
    EXPECT_EQ(core.put(c, nullptr), answer::not_now);
    EXPECT_EQ(core.size(), 2u);
    EXPECT_EQ(core.unfinished(), 2u);
    EXPECT_EQ(core.get(got, nullptr), answer::done);
    EXPECT_EQ(got, &a);
    EXPECT_EQ(core.get(got, nullptr), answer::done);
    EXPECT_EQ(got, &b);
    EXPECT_EQ(core.size(), 0u);
    EXPECT_EQ(core.unfinished(), 2u);
}

TEST_F(QueueCore, CountsWhatIsDone) {
    EXPECT_THROW(core.task_done(), std::logic_error);
    EXPECT_EQ(core.put(a, nullptr), answer::done);
    EXPECT_EQ(core.get(got, nullptr), answer::done);
    core.task_done();
    EXPECT_EQ(core.unfinished(), 0u);
    EXPECT_THROW(core.task_done(), std::logic_error);
}

TEST_F(QueueCore, GracefulShutdownLetsTheRestOut) {
    EXPECT_EQ(core.put(a, nullptr), answer::done);
    EXPECT_EQ(core.shut_down(false), nullptr);
    EXPECT_TRUE(core.is_shut_down());
    EXPECT_EQ(core.put(b, nullptr), answer::shut_down);
    EXPECT_EQ(core.get(got, nullptr), answer::done);
    EXPECT_EQ(core.get(got, nullptr), answer::shut_down);
    EXPECT_EQ(core.unfinished(), 1u);
}

TEST_F(QueueCore, ImmediateShutdownGivesTheRestBackInOrder) {
    EXPECT_EQ(core.put(a, nullptr), answer::done);
    EXPECT_EQ(core.get(got, nullptr), answer::done);
    EXPECT_EQ(core.put(b, nullptr), answer::done);
    EXPECT_EQ(core.put(c, nullptr), answer::done);
    EXPECT_EQ(core.shut_down(false), nullptr);
    parcel* dropped = core.shut_down(true);   // also after a graceful one
    ASSERT_EQ(dropped, &b);
    ASSERT_EQ(dropped->next, &c);
    EXPECT_EQ(dropped->next->next, nullptr);
    EXPECT_EQ(core.size(), 0u);
    EXPECT_EQ(core.unfinished(), 1u);   // what was taken is still somebody's work
    EXPECT_EQ(core.get(got, nullptr), answer::shut_down);
}

TEST_F(QueueCore, SaysWhichQueueWasShutDown) {
    try {
        core.throw_shut_down("get()");
    } catch (const queue_shut_down& error) {
        EXPECT_EQ(std::string(error.what()),
                  "queue 'core': get() after shutdown(): no item will come or go any more");
    }
    EXPECT_THROW(queue_core(shelf, {.capacity_max = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace troika::impl
