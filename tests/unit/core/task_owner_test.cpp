// SPDX-License-Identifier: MIT
#include <troika/core/task_owner.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

/// An owner that notes what its children do.
class noting final : public task_owner {
public:
    explicit noting(std::vector<std::string>& log) : log_(log) {}

private:
    void child_failed(task_node& child, const std::exception_ptr& error) noexcept override {
        child.mark_retrieved();
        log_.push_back("failed: " + describe(error));
    }
    void child_cancelled(task_node&) noexcept override { log_.push_back("cancelled"); }
    std::vector<std::string>& log_;
};

TEST(TaskOwner, JoinWaitsForAllChildren) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        noting owner(log);
        owner.start_forgotten(nothing_after(2s));
        future<int> answer = owner.start(after(1s, 5));
        EXPECT_EQ(owner.task_count(), 2u);
        co_await owner.join();
        EXPECT_EQ(owner.task_count(), 0u);
        EXPECT_EQ(answer.get(), 5);
    };
    here.run(main());
    EXPECT_EQ(here.elapsed(), 2s);
    EXPECT_TRUE(log.empty());
}

TEST(TaskOwner, IsToldOfFailuresAndCancellations) {
    std::vector<std::string> log;
    auto main = [&]() -> task<void> {
        noting owner(log);
        owner.start_forgotten(fail_after(1s, "no"));
        future<int> victim = owner.start(after(1h, 1));
        co_await sleep(2s);
        victim.cancel();
        co_await owner.join();
    };
    run_virtual(main());
    EXPECT_THAT(log, testing::ElementsAre("failed: no", "cancelled"));
}

TEST(TaskOwner, CancelReachesChildrenAndThoseStartedLater) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        noting owner(log);
        owner.start_forgotten(nothing_after(1h));
        co_await yield_now();
        owner.cancel();
        future<int> late = owner.start(after(1h, 1));
        co_await owner.join();   // not refused: a cancelled owner waits too
        EXPECT_TRUE(impl::is_cancelled(late.exception()));
    };
    here.run(main());
    EXPECT_THAT(log, testing::ElementsAre("cancelled", "cancelled"));
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(TaskOwner, JoinSaysWhatItWaitsFor) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        noting owner(log);
        owner.start_forgotten(nothing_after(1s), {.name = "child"});
        co_await owner.join();
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    const auto tasks = here.loop().tasks();
    EXPECT_EQ(tasks.front().state, "the end of 1 task");
    EXPECT_EQ(tasks.front().children.front().name, "child");
    here.finish(answer);
}

TEST(TaskOwner, HandsItsChildrenOver) {
    std::vector<std::string> log;
    std::vector<std::string> other_log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        noting other(other_log);
        {
            noting owner(log);
            owner.start_forgotten(fail_after(1s, "later"));
            owner.start_forgotten(nothing_after(1h));
            co_await yield_now();
            owner.hand_over(other);
            EXPECT_EQ(owner.task_count(), 0u);
        }
        EXPECT_EQ(other.task_count(), 2u);
        co_await sleep(2s);
        other.cancel();
        co_await other.join();
    };
    here.run(main());
    EXPECT_TRUE(log.empty());
    EXPECT_THAT(other_log, testing::ElementsAre("failed: later", "cancelled"));
}

TEST(TaskOwner, LeftBeforeItsTasksHaveEndedIsABug) {
    std::vector<std::string> log;
    auto main = [&]() -> task<void> {
        noting owner(log);
        owner.start_forgotten(nothing_after(1h));
        co_return;
    };
    EXPECT_DEATH(run_virtual(main()), "before its tasks have ended");
}

}  // namespace
}  // namespace troika
