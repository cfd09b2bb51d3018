// SPDX-License-Identifier: MIT
#include <troika/core/task_node.hpp>
#include <troika/core/task_owner.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(TaskNode, KnowsItsNameItsHomeAndItsState) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        EXPECT_STREQ(current_task().name(), "main");
        EXPECT_EQ(&current_task().home(), &here.loop());
        EXPECT_TRUE(current_task().started());
        EXPECT_EQ(current_task().waits_for(), nullptr);
        future<int> other = here.start(after(1s, 1), {.name = "other"});
        auto& node = static_cast<task_node&>(impl::future_access::core(other));
        EXPECT_FALSE(node.started());
        EXPECT_NE(node.id(), current_task().id());
        co_await yield_now();
        EXPECT_TRUE(node.started());
        EXPECT_EQ(node.waits_for()->label(), "sleep");
        co_await other;
    };
    here.run(main());
}

TEST(TaskNode, CancelledBeforeItStartsItNeverRuns) {
    virtual_loop here;
    bool ran = false;
    auto notes = [&]() -> task<void> { ran = true; co_return; };
    future<void> answer = here.start(notes());
    answer.cancel();
    here.finish(answer);
    EXPECT_FALSE(ran);
    EXPECT_THROW(answer.get(), cancelled);
}

TEST(TaskNode, CancelIsForGood) {
    virtual_loop here;
    int refused = 0;
    auto stubborn = [&]() -> task<int> {
        for (int i = 0; i < 3; ++i) {
            try {
                co_await sleep(1h);
            } catch (const cancelled&) {
                ++refused;
            }
        }
        co_return 5;   // a task that answers with a value has that value
    };
    future<int> answer = here.start(stubborn());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(answer.get(), 5);
    EXPECT_FALSE(answer.cancel());
}

}  // namespace
}  // namespace troika
