// SPDX-License-Identifier: MIT
#include <troika/tasks/work.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Work, SettleSaysHowTheWaitEnded) {
    virtual_loop here;
    auto main = [&]() -> task<void> {
        future<int> quick = here.start(after(1s, 1));
        const auto in_time = co_await impl::settle(impl::future_access::core(quick), never);
        EXPECT_EQ(in_time, impl::settled::in_time);
        future<int> slow = here.start(after(1h, 1));
        const time_point deadline = impl::deadline_in(1s);
        const auto late = co_await impl::settle(impl::future_access::core(slow), deadline);
        EXPECT_EQ(late, impl::settled::late);
        EXPECT_TRUE(slow.done());
    };
    here.run(main());
}

TEST(Work, SettleIsStoppedFromOutside) {
    virtual_loop here;
    promise<int> owed;
    future<int> open = owed.get_future();
    future<impl::settled> how = here.start(impl::settle(impl::future_access::core(open), never));
    here.loop().turn(false);
    how.cancel();
    here.finish(how);
    EXPECT_EQ(how.get(), impl::settled::stopped);
    EXPECT_FALSE(owed.start());
}

TEST(Work, FollowThatNeverRanAsksTheWorkToStop) {
    virtual_loop here;
    promise<int> owed;
    impl::follow(impl::follower<int>(owed.get_future())).abandon();
    EXPECT_FALSE(owed.start());
}

TEST(Work, TakesAResultOutOfTheLastFuture) {
    promise<std::string> owed;
    future<std::string> first = owed.get_future();
    future<std::string> second = first;
    owed.set_value("a text that is too long to be kept in place");
    { const promise<std::string> gone = std::move(owed); }
    EXPECT_EQ(impl::take_result(first), impl::take_result(second));
    first = {};
    const std::string taken = impl::take_result(second);
    EXPECT_FALSE(taken.empty());
    EXPECT_TRUE(second.get().empty());   // moved out: nobody else looked
}

TEST(Work, TimeoutsSayHowLong) {
    auto text = [](duration limit) {
        try {
            impl::throw_timeout("it", limit);
        } catch (const timeout_error& error) {
            return std::string(error.what());
        }
    };
    EXPECT_THAT(text(1500ms), testing::StartsWith("it: not done within 1.5 s"));
    EXPECT_THAT(text(20ms), testing::StartsWith("it: not done within 20 ms"));
    EXPECT_THAT(text(3us), testing::StartsWith("it: not done within 3 us"));
    EXPECT_THAT(text(0s), testing::StartsWith("it: not done within 0 ns"));
}

}  // namespace
}  // namespace troika
