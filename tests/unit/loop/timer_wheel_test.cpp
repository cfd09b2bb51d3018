// SPDX-License-Identifier: MIT
#include "loop/timer_wheel.hpp"

#include <troika/base/random.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;

/// Notes its number when it expires.
class noting final : public timer {
public:
    noting(time_point deadline, int number, std::vector<int>& log)
        : timer(deadline), number_(number), log_(log) {}
    std::function<void()> then;
    [[nodiscard]] std::string label() const override { return "test"; }

private:
    void expire() noexcept override {
        log_.push_back(number_);
        if (then) then();
    }
    abort_answer abort() noexcept override { return abort_answer::woken; }
    int number_;
    std::vector<int>& log_;
};

class TimerWheel : public testing::Test {
protected:
    noting& arm(duration from_now, int number) {
        timers_.emplace_back(now_ + from_now, number, log_);
        wheel_.arm(timers_.back());
        return timers_.back();
    }
    void go(duration further) {
        now_ += further;
        wheel_.advance(now_);
    }

    time_point now_{24h};
    std::vector<int> log_;
    std::deque<noting> timers_;   // they stay where they are
    timer_wheel wheel_{now_};
};

TEST_F(TimerWheel, ExpiresInTheOrderOfTheDeadlines) {
    arm(3s, 3);
    arm(1us, 1);
    arm(2ms, 2);
    arm(48h, 4);
    go(72h);
    EXPECT_THAT(log_, testing::ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(wheel_.size(), 0u);
    EXPECT_EQ(wheel_.next_deadline(), never);
}

TEST_F(TimerWheel, ExpiresNothingTooEarly) {
    arm(1s, 1);
    go(1s - 1ns);
    EXPECT_TRUE(log_.empty());
    go(1ns);
    EXPECT_THAT(log_, testing::ElementsAre(1));
}

TEST_F(TimerWheel, EqualDeadlinesExpireInTheOrderInWhichTheyWereArmed) {
    const time_point deadline = now_ + 10s;
    for (int i = 0; i < 4; ++i) {
        timers_.emplace_back(deadline, i, log_);
        wheel_.arm(timers_.back());
        go(2s);   // each is armed at another distance, and so at another level
    }
    go(10s);
    EXPECT_THAT(log_, testing::ElementsAre(0, 1, 2, 3));
}

TEST_F(TimerWheel, DisarmedTimersDoNotExpire) {
    noting& near = arm(1us, 1);
    noting& far = arm(1h, 2);
    arm(2h, 3);
    EXPECT_TRUE(near.armed());
    wheel_.disarm(near);
    wheel_.disarm(far);
    EXPECT_FALSE(near.armed());
    EXPECT_EQ(wheel_.size(), 1u);
    go(3h);
    EXPECT_THAT(log_, testing::ElementsAre(3));
}

TEST_F(TimerWheel, ATimerThatExpiresMayArmOthers) {
    arm(1ms, 1).then = [this] {
        arm(0s, 2);     // due at once, in this very advance
        arm(500us, 3);   // before the next one that waits
    };
    arm(2ms, 4);
    go(2ms);
    EXPECT_THAT(log_, testing::Contains(2));
    go(1ms);
    EXPECT_THAT(log_, testing::UnorderedElementsAre(1, 2, 3, 4));
}

TEST_F(TimerWheel, ATimerThatExpiresMayDisarmOthersThatAreDue) {
    noting& victim = arm(1ms, 2);
    timers_.emplace_back(now_ + 1ms - 1ns, 1, log_);
    timers_.back().then = [&] { wheel_.disarm(victim); };
    wheel_.arm(timers_.back());
    go(1s);
    EXPECT_THAT(log_, testing::ElementsAre(1));
}

TEST_F(TimerWheel, NextDeadlineIsNoLaterThanTheEarliest) {
    arm(90min, 1);
    EXPECT_EQ(wheel_.next_deadline(), now_ + 90min);
    noting& earlier = arm(10ms, 2);
    EXPECT_EQ(wheel_.next_deadline(), now_ + 10ms);
    wheel_.disarm(earlier);
    EXPECT_LE(wheel_.next_deadline(), now_ + 90min);
}

TEST_F(TimerWheel, HoldsTheFarthestDeadline) {
    timers_.emplace_back(never - 1ns, 1, log_);
    wheel_.arm(timers_.back());
    go(24h * 365 * 100);
    EXPECT_TRUE(log_.empty());
    wheel_.disarm(timers_.back());
}

TEST_F(TimerWheel, AgreesWithASortedListOnRandomWork) {
    random chance(7);
    struct expected {
        time_point deadline;
        int number;
    };
    std::vector<expected> model;
    std::vector<int> wanted;
    for (int number = 0; number < 20'000; ++number) {
        // From nanoseconds to days, so that all levels take part.
        const auto reach = std::uint64_t{1} << (1 + chance.below(46));
        noting& alarm = arm(duration(static_cast<std::int64_t>(chance.below(reach))), number);
        model.push_back({alarm.deadline(), number});
        if (chance.below(4) == 0 && !model.empty()) {
            const auto place = chance.below(model.size());
            const auto victim = model.begin() + static_cast<std::ptrdiff_t>(place);
            wheel_.disarm(timers_[static_cast<std::size_t>(victim->number)]);
            model.erase(victim);
        }
        if (chance.below(8) != 0) continue;
        go(duration(static_cast<std::int64_t>(chance.below(reach))));
        std::ranges::sort(model, {}, [](const expected& each) {
            return std::pair(each.deadline, each.number);   // among equals the order of arming
        });
        const auto due = std::ranges::find_if(
            model, [this](const expected& each) { return each.deadline > now_; });
        for (auto each = model.begin(); each != due; ++each) wanted.push_back(each->number);
        model.erase(model.begin(), due);
        ASSERT_EQ(log_, wanted);
        ASSERT_EQ(wheel_.size(), model.size());
    }
    for (const expected& each : model)
        wheel_.disarm(timers_[static_cast<std::size_t>(each.number)]);
    EXPECT_EQ(wheel_.size(), 0u);
}

}  // namespace
}  // namespace troika
