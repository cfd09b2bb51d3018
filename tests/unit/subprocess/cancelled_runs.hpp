// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancelled.hpp>
#include <troika/core/future.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/subprocess/run.hpp>

#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

// Programs that are cancelled at every point of their way.
namespace troika::subprocess {

inline task<void> scenario() {
    const completed done = co_await run({"sh", "-c", "cat; exec sh -c 'exit 3'"},
                                        {.input = "text", .grace = std::chrono::hours(1)});
    EXPECT_EQ(done.output, "text");
}

/// Runs the scenario as a task that `hooks` cancel. Returns: whether it was cancelled.
inline task<bool> run_watched(testing_support::canceller& hooks) {
    future<void> answer = event_loop::current().submit(scenario());
    hooks.aim_at(static_cast<task_node&>(impl::future_access::core(answer)));
    bool was_cancelled = false;
    try {
        co_await answer;
    } catch (const cancelled&) {
        was_cancelled = true;
    }
    co_return was_cancelled;
}

/// Runs the scenario `count` times, cancelled after one turn, two turns, and so on, and again from
/// the beginning after a run that nothing disturbed. Returns: how many were cancelled.
inline std::size_t cancel_at_each_turn(event_loop& loop, std::size_t count) {
    std::size_t cancelled_ones = 0;
    std::size_t turns = 0;
    for (std::size_t n = 0; n < count; ++n) {
        testing_support::canceller hooks(turns);
        loop.set_hooks(&hooks);
        cancelled_ones += loop.run(run_watched(hooks)) ? 1 : 0;
        turns = hooks.fired() ? turns + 1 : 0;
        loop.set_hooks(nullptr);
    }
    return cancelled_ones;
}

}  // namespace troika::subprocess
