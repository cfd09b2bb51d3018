// SPDX-License-Identifier: MIT
#include <troika/loop/stall_watchdog.hpp>

#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace troika;
using ::testing::HasSubstr;

/// What was reported.
class reports {
public:
    stall_watchdog::options options(duration hold_max) {
        return {.hold_max = hold_max, .report = [this](const loop_stall& stall) {
                    const std::scoped_lock here(mutex_);
                    all_.push_back(stall);
                    count = all_.size();
                }};
    }
    std::vector<loop_stall> all() {
        const std::scoped_lock here(mutex_);
        return all_;
    }
    std::atomic<std::size_t> count{0};

private:
    std::mutex mutex_;
    std::vector<loop_stall> all_;
};

task<int> hold_until(const std::atomic<std::size_t>& reported, std::size_t wanted) {
    co_await yield_now();
    while (reported < wanted) std::this_thread::yield();
    co_return 1;
}

task<void> wait_for_turn() { co_return; }

task<void> hold_a_loop(reports& seen, std::size_t wanted) {
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(hold_until(seen.count, wanted), {.name = "holder"});
        co_await yield_now();
        group.create_task(wait_for_turn(), {.name = "delayed"});
    };
    co_await with_task_group(body);
}

TEST(stall_watchdog, reports_a_task_while_it_holds_the_loop) {
    reports seen;
    const stall_watchdog watchdog(seen.options(20ms));
    event_loop loop;
    loop.run(hold_a_loop(seen, 1));
    const loop_stall first = seen.all().front();
    EXPECT_EQ(first.task, "holder");
    EXPECT_GE(first.held, 20ms);
    ASSERT_FALSE(first.awaits.empty());
    EXPECT_THAT(first.awaits[0].function, HasSubstr("hold_until"));
    EXPECT_FALSE(first.calls.empty());
    EXPECT_GE(first.delayed, 1U);
    const std::string text = first.to_text();
    EXPECT_THAT(text, HasSubstr("task holder has held the loop"));
    EXPECT_THAT(text, HasSubstr("delayed"));
    EXPECT_THAT(text, HasSubstr("stall_watchdog_test.cpp"));
}

TEST(stall_watchdog, reports_a_long_stall_again) {
    reports seen;
    const stall_watchdog watchdog(seen.options(5ms));
    event_loop loop;
    loop.run(hold_a_loop(seen, 3));
    const auto all = seen.all();
    ASSERT_GE(all.size(), 3U);
    EXPECT_GE(all[1].held, 3 * all[0].held);
    EXPECT_GE(all[2].held, 3 * all[1].held);
}

TEST(stall_watchdog, says_nothing_of_a_loop_that_waits) {
    reports seen;
    const stall_watchdog watchdog(seen.options(1h));
    event_loop loop;
    loop.run(wait_for_turn());
    EXPECT_EQ(seen.count, 0U);
}

TEST(stall_watchdog, refuses_what_it_cannot_measure) {
    EXPECT_THROW(stall_watchdog({.hold_max = 10us}), std::invalid_argument);
}

}  // namespace
