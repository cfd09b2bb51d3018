// SPDX-License-Identifier: MIT
#include <troika/tasks/gather.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <list>
#include <ranges>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Gather, GivesATupleInTheOrderOfTheArguments) {
    virtual_loop here;
    auto values = here.run(gather(after(3s, 1), text_after(1s, "two"), nothing_after(2s)));
    EXPECT_EQ(std::get<0>(values), 1);
    EXPECT_EQ(std::get<1>(values), "two");
    EXPECT_EQ(std::get<2>(values), std::monostate{});
    EXPECT_EQ(here.elapsed(), 3s);   // the longest, not the sum
}

TEST(Gather, OfVoidsGivesNothing) {
    virtual_loop here;
    here.run(gather(nothing_after(1s), nothing_after(2s)));
    EXPECT_EQ(here.elapsed(), 2s);
    static_assert(std::is_same_v<decltype(gather(nothing_after(1s))), task<void>>);
}

TEST(Gather, GivesAVectorInTheOrderOfTheRange) {
    std::vector<task<int>> works;
    for (int i = 0; i < 5; ++i) works.push_back(after(1s * (5 - i), i));
    virtual_loop here;
    EXPECT_THAT(here.run(gather(std::move(works))), testing::ElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(Gather, TakesOtherContainersAndViews) {
    std::list<task<void>> works;
    works.push_back(nothing_after(1s));
    works.push_back(nothing_after(2s));
    run_virtual(gather(std::move(works)));
    virtual_loop here;
    const std::array futures{here.start(after(1s, 1)), here.start(after(2s, 2)),
                             here.start(after(1h, 3))};
    EXPECT_THAT(here.run(gather(futures | std::views::take(2))), testing::ElementsAre(1, 2));
    EXPECT_TRUE(run_virtual(gather(std::vector<task<int>>{})).empty());
}

TEST(Gather, MovesResultsThatCannotBeCopied) {
    auto boxes = run_virtual(gather(box_after(1s, 1), box_after(2s, 2)));
    EXPECT_EQ(*std::get<1>(boxes), 2);
    std::vector<task<std::unique_ptr<int>>> works;
    works.push_back(box_after(1s, 7));
    EXPECT_EQ(*run_virtual(gather(std::move(works))).front(), 7);
}

TEST(Gather, GivesReferences) {
    int target = 1;
    auto refer = [](int& to) -> task<int&> { co_return to; };
    auto values = run_virtual(gather(refer(target), after(1s, 2)));
    std::get<0>(values).get() = 5;
    EXPECT_EQ(target, 5);
}

TEST(Gather, ThrowsTheFirstFailureAfterTheOthersHaveEnded) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        try {
            co_await gather(fail_after(2s, "second"), fail_after(1s, "first"),
                            clean_up_slowly(5s, log));
        } catch (const std::runtime_error& error) {
            log.push_back(error.what());
        }
    };
    here.run(main());
    EXPECT_THAT(log, testing::ElementsAre("cleaned up", "first"));
    EXPECT_EQ(here.elapsed(), 6s);
}

TEST(Gather, AFailureAtTheStartKeepsTheOthersFromRunning) {
    bool ran = false;
    auto fails = []() -> task<void> { throw std::runtime_error("at once"); co_return; };
    auto notes = [&]() -> task<void> { ran = true; co_return; };
    EXPECT_THROW(run_virtual(gather(fails(), notes())), std::runtime_error);
    EXPECT_FALSE(ran);
}

TEST(Gather, CancelledFromOutsideCancelsAllAndWaits) {
    std::vector<std::string> log;
    virtual_loop here;
    auto work = [&]() -> task<void> {
        co_await gather(clean_up_slowly(5s, log), clean_up_slowly(3s, log));
    };
    future<void> answer = here.start(work());
    here.loop().turn(false);
    EXPECT_FALSE(answer.cancel());   // it runs
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_EQ(log.size(), 2u);
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(Gather, AFailureWinsOverACancellationFromOutside) {
    virtual_loop here;
    auto fails_when_cancelled = []() -> task<void> {
        bool stopped = false;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            stopped = true;
        }
        if (stopped) throw std::runtime_error("while ending");
    };
    future<void> answer = here.start(gather(fails_when_cancelled(), nothing_after(1h)));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), std::runtime_error);
}

TEST(Gather, GivesTheValuesThatWonAgainstACancellation) {
    virtual_loop here;
    future<std::tuple<int, int>> answer =
        here.start(gather(value_when_cancelled(1), value_when_cancelled(2)));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_EQ(answer.get(), std::tuple(1, 2));
}

TEST(Gather, WorkCancelledBySomebodyElseEndsTheOthers) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        bool was_cancelled = false;
        future<int> other = here.start(after(1h, 1));
        auto stop = [](future<int> victim) -> task<void> {
            co_await sleep(1s);
            victim.cancel();
        };
        try {
            co_await gather(other, stop(other), nothing_after(10h));
        } catch (const cancelled&) {
            was_cancelled = true;
        }
        EXPECT_TRUE(was_cancelled);
        co_await sleep(1s);   // this task itself was not cancelled
    };
    here.run(main());
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(Gather, TakesFuturesAndLeavesTheResultToOthersWhoLook) {
    virtual_loop here;
    future<std::string> shared = here.start(text_after(1s, "a text too long to be kept in place"));
    const std::vector<future<std::string>> all{shared};   // g++ 12 takes no list within a co_await
    auto main = [&]() -> task<void> {
        auto twice = co_await gather(shared, shared);
        EXPECT_EQ(std::get<0>(twice), std::get<1>(twice));
        auto ranged = co_await gather(all);
        EXPECT_EQ(ranged.front(), shared.get());
    };
    here.run(main());
    EXPECT_FALSE(shared.get().empty());
}

TEST(Gather, AFailureAsksFuturesToStopAndWaitsForTasks) {
    std::vector<std::string> log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        promise<int> elsewhere;
        future<void> slow = here.start(clean_up_slowly(3s, log));
        bool failed = false;
        try {
            co_await gather(slow, elsewhere.get_future(), fail_after(1s, "no"));
        } catch (const std::runtime_error&) {
            failed = true;
        }
        EXPECT_TRUE(failed);
        EXPECT_TRUE(slow.done());
        EXPECT_FALSE(elsewhere.start());   // it had not begun, and never will
    };
    here.run(main());
    EXPECT_EQ(here.elapsed(), 4s);
}

TEST(Gather, RefusedOnEntryTouchesNothing) {
    testing::internal::CaptureStderr();
    virtual_loop here;
    promise<int> elsewhere;
    bool ran = false;
    auto notes = [&]() -> task<void> { ran = true; co_return; };
    auto main = [&]() -> task<void> {
        cancel_scope scope;
        scope.cancel();
        co_await gather(notes(), elsewhere.get_future());
    };
    EXPECT_THROW(here.run(main()), cancelled);
    EXPECT_FALSE(ran);
    EXPECT_TRUE(elsewhere.start());
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");   // not reported as never awaited
}

TEST(Gather, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto values = co_await gather(after(2s, 1), gather(box_after(1s, 2), nothing_after(3s)));
        EXPECT_EQ(std::get<0>(values), 1);
    };
    EXPECT_GT(cancel_at_each_turn(scenario), 5u);
}

}  // namespace
}  // namespace troika
