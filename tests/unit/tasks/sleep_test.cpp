// SPDX-License-Identifier: MIT
#include <troika/tasks/sleep.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Sleep, TakesItsTime) {
    virtual_loop here;
    here.run(nothing_after(90min));
    EXPECT_EQ(here.elapsed(), 90min);
}

TEST(Sleep, EqualDeadlinesEndInTheOrderInWhichTheyBegan) {
    virtual_loop here;
    std::vector<int> order;
    auto note = [&](int what) -> task<void> {
        co_await sleep(1s);
        order.push_back(what);
    };
    for (int i = 0; i < 4; ++i) here.start(note(i));
    here.run(nothing_after(2s));
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3));
}

TEST(Sleep, OfNothingGivesTheTurnToOthersOnce) {
    virtual_loop here;
    std::vector<int> order;
    auto note = [&](int what, duration time) -> task<void> {
        co_await sleep(time);
        order.push_back(what);
    };
    here.start(note(0, 0s));
    here.start(note(1, -1s));
    auto quick = [&]() -> task<void> { order.push_back(2); co_return; };
    here.start(quick());
    here.run(nothing_after(0s));
    EXPECT_THAT(order, testing::ElementsAre(2, 0, 1));
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(Sleep, ForeverEndsByCancel) {
    virtual_loop here;
    future<void> answer = here.start(nothing_after(duration::max()));
    here.loop().turn(false);
    EXPECT_EQ(here.loop().tasks().front().state, "sleep");
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(SleepUntil, MeetsItsDeadline) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        const time_point until = deadline_after(here.loop().now(), 3s);
        co_await sleep_until(until);
        EXPECT_EQ(here.loop().now(), until);
        co_await sleep_until(time_point{});   // long ago
        EXPECT_EQ(here.loop().now(), until);
    };
    here.run(main());
}

}  // namespace
}  // namespace troika
