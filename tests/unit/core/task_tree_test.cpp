// SPDX-License-Identifier: MIT
#include <troika/core/task_tree.hpp>
#include <troika/tasks/task_group.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

task<void> innermost() { co_await sleep(1s); }
task<void> outermost() { co_await innermost(); }

TEST(TaskTree, ShowsTasksWithTheirStacksAndChildren) {
    virtual_loop here;
    auto main = []() -> task<void> {
        co_await with_task_group([](task_group& group) -> task<void> {
            group.create_task(outermost(), {.name = "child"});
            co_return;
        });
    };
    future<void> answer = here.start(main(), {.name = "parent"});
    here.loop().turn(false);
    const std::vector<task_view> tasks = here.loop().tasks();
    ASSERT_EQ(tasks.size(), 1u);
    EXPECT_EQ(tasks[0].name, "parent");
    ASSERT_EQ(tasks[0].children.size(), 1u);
    const task_view& child = tasks[0].children[0];
    EXPECT_EQ(child.name, "child");
    EXPECT_EQ(child.state, "sleep");
    EXPECT_FALSE(child.cancelled);
    ASSERT_EQ(child.stack.size(), 2u);
    EXPECT_THAT(child.stack[0].function, testing::HasSubstr("innermost"));
    EXPECT_THAT(child.stack[0].file, testing::EndsWith("task_tree_test.cpp"));
    EXPECT_GT(child.stack[0].line, 0u);
    EXPECT_THAT(child.stack[1].function, testing::HasSubstr("outermost"));
    const std::string text = task_tree::to_text(tasks);
    EXPECT_THAT(text, testing::HasSubstr("- parent #"));
    EXPECT_THAT(text, testing::HasSubstr("  - child #"));
    here.finish(answer);
}

TEST(TaskTree, ATaskWithoutANameHasThatOfItsCoroutine) {
    virtual_loop here;
    future<void> answer = here.start(outermost(), {});
    EXPECT_THAT(here.loop().tasks()[0].name, testing::HasSubstr("outermost"));
    EXPECT_EQ(here.loop().tasks()[0].state, "ready");
    here.finish(answer);
}

TEST(TaskTree, ShowsCancelledTasks) {
    std::vector<std::string> log;
    virtual_loop here;
    future<void> answer = here.start(clean_up_slowly(1s, log), {.name = "ending"});
    here.loop().turn(false);
    answer.cancel();
    here.loop().turn(false);   // it cleans up, shielded
    here.loop().turn(false);
    const std::string text = task_tree::to_text(here.loop().tasks());
    EXPECT_THAT(text, testing::HasSubstr("- ending #"));
    EXPECT_THAT(text, testing::HasSubstr("sleep"));
    here.finish(answer);
}

}  // namespace
}  // namespace troika
