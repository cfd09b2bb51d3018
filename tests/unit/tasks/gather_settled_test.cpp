// SPDX-License-Identifier: MIT
#include <troika/tasks/gather_settled.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(GatherSettled, GivesAResultForEach) {
    virtual_loop here;
    auto results = here.run(gather_settled(after(1s, 1), fail_after(2s, "no"), nothing_after(3s)));
    EXPECT_EQ(std::get<0>(results).value(), 1);
    EXPECT_EQ(describe(std::get<1>(results).error()), "no");
    EXPECT_TRUE(std::get<2>(results).has_value());
    EXPECT_EQ(here.elapsed(), 3s);   // a failure ends nobody else
}

TEST(GatherSettled, OfARangeKeepsItsOrder) {
    std::vector<task<int>> works;
    works.push_back(fail_after(3s, "slow"));
    works.push_back(after(2s, 2));
    works.push_back(fail_after(1s, "quick"));
    auto results = run_virtual(gather_settled(std::move(works)));
    EXPECT_EQ(describe(results[0].error()), "slow");
    EXPECT_EQ(results[1].value(), 2);
    EXPECT_EQ(describe(results[2].error()), "quick");
}

TEST(GatherSettled, MovesResultsThatCannotBeCopied) {
    auto results = run_virtual(gather_settled(box_after(1s, 4)));
    EXPECT_EQ(*std::get<0>(results).value(), 4);
}

TEST(GatherSettled, ACancelledChildIsAResult) {
    virtual_loop here;
    future<int> other = here.start(after(1h, 1));
    auto main = [&]() -> task<void> {
        other.cancel();
        auto results = co_await gather_settled(other, after(1s, 2));
        EXPECT_TRUE(impl::is_cancelled(std::get<0>(results).error()));
        EXPECT_EQ(std::get<1>(results).value(), 2);
    };
    here.run(main());
}

TEST(GatherSettled, ACancellationFromOutsideIsNoResult) {
    virtual_loop here;
    auto answer = here.start(gather_settled(after(1h, 1), fail_after(1s, "no")));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_TRUE(impl::is_cancelled(answer.exception()));
}

TEST(GatherSettled, GivesWhatHadWonAgainstACancellation) {
    virtual_loop here;
    auto answer = here.start(gather_settled(value_when_cancelled(1), value_when_cancelled(2)));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_EQ(std::get<1>(answer.get()).value(), 2);
}

TEST(GatherSettled, ReportsNoErrorAsUnseen) {
    testing::internal::CaptureStderr();
    static_cast<void>(run_virtual(gather_settled(fail_after(1s, "one"), fail_after(2s, "two"))));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(GatherSettled, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto results = co_await gather_settled(box_after(2s, 1), fail_after(1s, "no"));
        EXPECT_EQ(*std::get<0>(results).value(), 1);
    };
    EXPECT_GT(cancel_at_each_turn(scenario), 3u);
}

}  // namespace
}  // namespace troika
