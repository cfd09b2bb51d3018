// SPDX-License-Identifier: MIT
// What takes long: for ./test.sh --full.
#include <troika/core/future.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/subprocess/run.hpp>
#include <troika/tasks/sleep.hpp>

#include "unit/subprocess/cancelled_runs.hpp"
#include "unit/subprocess/leftovers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <random>
#include <vector>

namespace troika::subprocess {
namespace {

class Stress : public NothingLeft {};

TEST_F(Stress, TenThousandCancelledAtEveryPointLeaveNothing) {
    EXPECT_GT(cancel_at_each_turn(loop(), 10'000), 5'000u);
}

task<void> cancel_after(duration time, future<void> victim) {
    co_await sleep(time);
    victim.cancel();
}

// Many at a time, each cancelled after a time of its own.
task<std::size_t> cancel_at_random(std::size_t count, std::mt19937& random) {
    constexpr std::size_t at_once = 50;
    std::uniform_int_distribution<int> microseconds(0, 20'000);
    std::size_t cancelled_ones = 0;
    for (std::size_t begun = 0; begun < count; begun += at_once) {
        std::vector<future<void>> all;
        for (std::size_t i = 0; i < at_once; ++i) {
            all.push_back(event_loop::current().submit(scenario()));
            const std::chrono::microseconds time(microseconds(random));
            event_loop::current().submit(cancel_after(time, all.back()));
        }
        for (future<void>& each : all) {
            try {
                co_await each;
            } catch (const cancelled&) {
                ++cancelled_ones;
            }
        }
    }
    co_return cancelled_ones;
}

TEST_F(Stress, TenThousandCancelledAtAnyTimeLeaveNothing) {
    std::mt19937 random(5);
    EXPECT_GT(run_here(cancel_at_random(10'000, random)), 1'000u);
}

}  // namespace
}  // namespace troika::subprocess
