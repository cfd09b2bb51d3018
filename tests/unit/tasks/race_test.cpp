// SPDX-License-Identifier: MIT
#include <troika/tasks/race.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Race, GivesTheFirstThatEndsAndCancelsTheOthers) {
    virtual_loop here;
    EXPECT_EQ(here.run(race(after(3h, 1), after(1s, 2), after(2h, 3))), 2);
    EXPECT_EQ(here.elapsed(), 1s);
}

TEST(Race, WaitsForTheLosers) {
    std::vector<std::string> log;
    virtual_loop here;
    here.run(race(nothing_after(1s), clean_up_slowly(4s, log)));
    EXPECT_THAT(log, testing::ElementsAre("cleaned up"));
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(Race, OfDifferentTypesGivesAVariantByPlace) {
    auto first = run_virtual(race(after(1h, 1), text_after(1s, "text"), nothing_after(1h)));
    EXPECT_EQ(std::get<1>(first), "text");
    auto second = run_virtual(race(after(1h, 1), nothing_after(1s), after(2h, 1)));
    EXPECT_EQ(second.index(), 1u);
    static_assert(
        std::is_same_v<decltype(second), std::variant<int, std::monostate, int>>);
}

TEST(Race, ThrowsWhenTheFirstThatEndsFailed) {
    EXPECT_THROW(run_virtual(race(after(2s, 1), fail_after(1s, "no"))), std::runtime_error);
}

TEST(Race, DropsWhatTheLosersGiveOrThrow) {
    testing::internal::CaptureStderr();
    auto fails_when_cancelled = []() -> task<int> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            throw std::runtime_error("of no interest");
        }
        co_return 0;
    };
    EXPECT_EQ(run_virtual(race(after(1s, 1), fails_when_cancelled(), value_when_cancelled(2))), 1);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Race, OfARange) {
    std::vector<task<std::unique_ptr<int>>> works;
    for (int i = 1; i <= 3; ++i) works.push_back(box_after(1s * (4 - i), i));
    EXPECT_EQ(*run_virtual(race(std::move(works))), 3);
    EXPECT_THROW(run_virtual(race(std::vector<task<int>>{})), std::invalid_argument);
}

TEST(Race, EndsTheLosersInTheTurnInWhichTheFirstEnds) {
    bool ran = false;
    auto wins = []() -> task<void> { co_return; };
    auto loses = [&]() -> task<void> { ran = true; co_return; };
    run_virtual(race(wins(), loses()));
    EXPECT_FALSE(ran);
}

TEST(Race, CancelledFromOutsideHasNoWinner) {
    virtual_loop here;
    future<int> answer = here.start(race(after(1h, 1), after(2h, 2)));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(Race, CancelledFromOutsideGivesAValueThatWon) {
    virtual_loop here;
    future<int> answer = here.start(race(after(1h, 1), value_when_cancelled(2)));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_EQ(answer.get(), 2);
}

TEST(Race, TakesFutures) {
    virtual_loop here;
    future<int> slow = here.start(after(1h, 1));
    auto main = [&]() -> task<void> {
        const int first = co_await race(slow, after(1s, 2));
        EXPECT_EQ(first, 2);
        EXPECT_TRUE(slow.done());   // asked to stop, and waited for
    };
    here.run(main());
    EXPECT_THROW(slow.get(), cancelled);
}

TEST(Race, WonByWorkThatSomebodyElseCancelledThrowsCancelled) {
    virtual_loop here;
    future<int> other = here.start(after(1h, 1));
    other.cancel();
    EXPECT_THROW(here.run(race(other, after(2h, 2))), cancelled);
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(Race, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto box = co_await race(box_after(2s, 1), box_after(1s, 2), box_after(3s, 3));
        EXPECT_EQ(*box, 2);
    };
    EXPECT_GT(cancel_at_each_turn(scenario), 4u);
}

}  // namespace
}  // namespace troika
