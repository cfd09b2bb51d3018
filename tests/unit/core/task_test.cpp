// SPDX-License-Identifier: MIT
#include <troika/core/task.hpp>

#include "core/report.hpp"
#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <expected>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Task, IsLazyAndRunsWhenAwaited) {
    std::vector<std::string> log;
    auto child = [&]() -> task<int> {
        log.push_back("child");
        co_return 5;
    };
    auto main = [&]() -> task<int> {
        task<int> made = child();
        log.push_back("made");
        const int value = co_await std::move(made);
        co_return value;
    };
    EXPECT_EQ(run_virtual(main()), 5);
    EXPECT_THAT(log, testing::ElementsAre("made", "child"));
}

TEST(Task, PassesErrorsOn) {
    auto child = []() -> task<void> { throw std::runtime_error("no"); co_return; };
    auto main = [&]() -> task<void> { co_await child(); };
    EXPECT_THROW(run_virtual(main()), std::runtime_error);
}

TEST(Task, GivesReferencesAndResultsThatOnlyMove) {
    int target = 1;
    auto refer = [](int& to) -> task<int&> { co_return to; };
    EXPECT_EQ(&run_virtual(refer(target)), &target);
    EXPECT_EQ(*run_virtual(box_after(1s, 3)), 3);
}

TEST(Task, MayGiveAnExpectedWhoseValueIsNotComparable) {
    using value = std::expected<std::unique_ptr<int>, std::exception_ptr>;
    auto give = []() -> task<value> { co_return std::make_unique<int>(4); };
    EXPECT_EQ(**run_virtual(give()), 4);
}

TEST(Task, ParametersLiveUntilItHasEnded) {
    auto text = std::make_shared<int>(1);
    auto child = [](std::shared_ptr<int> kept) -> task<long> {
        co_await yield_now();
        co_return kept.use_count();
    };
    EXPECT_EQ(run_virtual(child(text)), 2);
    EXPECT_EQ(text.use_count(), 1);
}

TEST(Task, AMillionReadyChildrenInALoopNeedNoStack) {
    auto child = [](int value) -> task<int> { co_return value; };
    auto main = [&]() -> task<long> {
        long sum = 0;
        for (int i = 0; i < 1'000'000; ++i) sum += co_await child(i);
        co_return sum;
    };
    EXPECT_EQ(run_virtual(main()), 499'999'500'000);
}

task<int> chain(int depth) {
    if (depth == 0) {
        co_await yield_now();
        co_return 0;
    }
    const int below = co_await chain(depth - 1);
    co_return below + 1;
}

TEST(Task, AChainOfAHundredThousandNeedsNoStack) {
    EXPECT_EQ(run_virtual(chain(100'000)), 100'000);
}

task<void> fail_below(int depth) {
    if (depth == 0) throw std::runtime_error("from below");
    co_await fail_below(depth - 1);
}

TEST(Task, AnErrorClimbsADeepChain) {
    EXPECT_THROW(run_virtual(fail_below(1000)), std::runtime_error);
}

TEST(Task, AChainOfAHundredThousandCanBeCancelled) {
    virtual_loop here;
    auto deep = [](auto& self, int depth) -> task<void> {
        if (depth == 0)
            co_await sleep(1h);
        else
            co_await self(self, depth - 1);
    };
    future<void> answer = here.start(deep(deep, 10'000));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
}

TEST(Task, OneThatIsDroppedBeforeItRanIsReportedWithItsName) {
    testing::internal::CaptureStderr();
    { task<void> forgotten = nothing_after(1s); }
    const std::string text = testing::internal::GetCapturedStderr();
    if (!impl::reporting) {
        EXPECT_EQ(text, "");
        return;
    }
    EXPECT_THAT(text, testing::HasSubstr("a task was never awaited"));
    EXPECT_THAT(text, testing::HasSubstr("nothing_after"));
    EXPECT_THAT(text, testing::HasSubstr("works.hpp"));
}

TEST(Task, OneThatIsAbandonedIsNotReportedNorAreItsParameters) {
    testing::internal::CaptureStderr();
    auto around = [](task<int> inner) -> task<int> { co_return co_await std::move(inner); };
    around(after(1s, 1)).abandon();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace troika
