// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_recorder.hpp>

#include <troika/sync/event.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include "inspect/span_index.hpp"
#include "unit/support/virtual_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::Contains;
using testing::ElementsAre;

const std::string& name_of(const trace_data& trace, std::uint32_t lane) {
    return trace.texts[trace.lanes[lane].name];
}

/// The states of the task with that name, in their order, without waits for its turn.
std::vector<std::string> life(const trace_data& trace, const std::string& task) {
    std::vector<std::string> found;
    for (const trace_data::span& one : trace.spans) {
        if (trace.lanes[one.lane].kind != lane_kind::task || name_of(trace, one.lane) != task)
            continue;
        switch (one.state) {
            case span_state::runs: found.push_back("runs"); break;
            case span_state::waits: found.push_back("waits for " + trace.texts[one.name]); break;
            case span_state::failed:
                found.push_back("failed: " + trace.texts[one.detail]);
                break;
            default: break;
        }
    }
    return found;
}

std::vector<std::string> arrows(const trace_data& trace, arrow_kind kind) {
    std::vector<std::string> found;
    for (const trace_data::arrow& one : trace.arrows)
        if (one.kind == kind)
            found.push_back(name_of(trace, one.from_lane) + " -> " + name_of(trace, one.to_lane));
    return found;
}

trace_data checked(trace_data trace) {
    EXPECT_EQ(impl::span_index::why_inconsistent(trace), nullptr);
    return trace;
}

task<void> sleeper() { co_await sleep(1s); }
task<void> waiter(event& passed) { co_await passed.wait(); }
task<void> setter(event& passed) {
    co_await yield_now();
    passed.set();
}
task<void> thrower() {
    co_await yield_now();
    throw std::runtime_error("as planned");
}
task<void> nothing_but_a_mark(trace_recorder& in) {
    in.mark("here");
    co_return;
}
task<void> parent() {
    event passed;
    co_await with_task_group([&](task_group& group) -> task<void> {
        group.create_task(sleeper(), {.name = "sleeper"});
        group.create_task(waiter(passed), {.name = "waiter"});
        group.create_task(setter(passed));
        co_return;
    });
}

TEST(TraceRecorder, TellsTheStoryOfTasks) {
    virtual_loop here;
    trace_recorder recorder;
    recorder.record(here.loop());
    here.run(parent());
    recorder.stop(here.loop());
    const trace_data trace = checked(recorder.snapshot());
    EXPECT_THAT(life(trace, "main"), ElementsAre("runs", "waits for the end of 3 tasks", "runs"));
    EXPECT_THAT(life(trace, "sleeper"), ElementsAre("runs", "waits for sleep", "runs"));
    EXPECT_THAT(life(trace, "waiter"), ElementsAre("runs", "waits for event", "runs"));
    EXPECT_THAT(life(trace, "setter"), ElementsAre("runs", "runs"));   // its function's name
    EXPECT_THAT(arrows(trace, arrow_kind::wake), ElementsAre("setter -> waiter",
                                                             "sleeper -> main"));
    EXPECT_THAT(arrows(trace, arrow_kind::submit),
                testing::AllOf(Contains("main -> sleeper"), Contains("main -> waiter"),
                               Contains("main -> setter")));
    EXPECT_EQ(trace.lost, 0u);
    // Where it waits.
    for (const trace_data::span& one : trace.spans)
        if (one.state == span_state::waits && trace.texts[one.name] == "sleep") {
            const std::string& place = trace.texts[one.detail];
            EXPECT_TRUE(place.starts_with("sleeper ")) << place;
            EXPECT_NE(place.find("trace_recorder_test.cpp:"), std::string::npos) << place;
        }
}

TEST(TraceRecorder, TellsHowTasksFail) {
    virtual_loop here;
    trace_recorder recorder;
    recorder.record(here.loop());
    const auto group_of_two = []() -> task<void> {
        co_await with_task_group([](task_group& group) -> task<void> {
            group.create_task(sleeper(), {.name = "sleeper"});
            group.create_task(thrower(), {.name = "thrower"});
            co_return;
        });
    };
    EXPECT_THROW(here.run(group_of_two()), std::exception);
    recorder.stop(here.loop());
    const trace_data trace = checked(recorder.snapshot());
    EXPECT_THAT(life(trace, "thrower"), ElementsAre("runs", "failed: ended by an exception"));
    EXPECT_THAT(life(trace, "sleeper"),
                ElementsAre("runs", "waits for sleep", "failed: cancelled"));
    // Its failure has cancelled the other's sleep.
    EXPECT_THAT(arrows(trace, arrow_kind::wake), Contains("thrower -> sleeper"));
}

TEST(TraceRecorder, SeesWakesFromOtherThreads) {
    event_loop loop;
    trace_recorder recorder;
    recorder.record(loop);
    event passed;
    event begun;
    std::thread other([&] {
        begun.wait().block();
        passed.set();
    });
    const auto main = [&]() -> task<void> {
        begun.set();
        co_await passed.wait();
    };
    loop.run(main());
    other.join();
    recorder.stop(loop);
    const trace_data trace = checked(recorder.snapshot());
    const auto wakes = arrows(trace, arrow_kind::wake);
    // Unless the other one was there first: then nobody has waited.
    if (life(trace, "main").size() == 3) {
        ASSERT_EQ(wakes.size(), 1u);
        const auto wake = std::ranges::find(trace.arrows, arrow_kind::wake,
                                            &trace_data::arrow::kind);
        EXPECT_EQ(trace.lanes[wake->from_lane].kind, lane_kind::thread);
        EXPECT_EQ(trace.lanes.size(), 3u);   // two threads and a task
    }
}

TEST(TraceRecorder, LosesTheOldestWhereThereIsNoRoom) {
    virtual_loop here;
    trace_recorder recorder(trace_recorder::options{.records_per_thread_max = 64});
    recorder.record(here.loop());
    for (int i = 0; i < 100; ++i) here.run(parent());
    recorder.stop(here.loop());
    const trace_data trace = checked(recorder.snapshot());
    EXPECT_GT(trace.lost, 1000u);
    EXPECT_LE(trace.spans.size(), 64u * 2);
    EXPECT_THAT(life(trace, "main"), testing::Not(testing::IsEmpty()));   // the last one's
}

TEST(TraceRecorder, CountsWhatFurtherThreadsDoAsLost) {
    trace_recorder recorder(trace_recorder::options{.threads_max = 1});
    virtual_loop here;
    recorder.record(here.loop());
    here.run(sleeper());
    recorder.stop(here.loop());
    EXPECT_EQ(recorder.snapshot().lost, 0u);
    std::thread([&] { recorder.mark("unheard"); }).join();
    const trace_data trace = checked(recorder.snapshot());
    EXPECT_EQ(trace.lost, 1u);
    EXPECT_TRUE(trace.moments.empty());
}

TEST(TraceRecorder, RefusesLimitsOfZero) {
    EXPECT_THROW(trace_recorder(trace_recorder::options{.records_per_thread_max = 0}),
                 std::invalid_argument);
    EXPECT_THROW(trace_recorder(trace_recorder::options{.threads_max = 0}), std::invalid_argument);
}

TEST(TraceRecorder, KeepsApartWhatTwoOfThemRecordOnOneThread) {
    virtual_loop first;
    virtual_loop second;
    trace_recorder of_first;
    trace_recorder of_second;
    of_first.record(first.loop());
    of_second.record(second.loop());
    for (int i = 0; i < 3; ++i) {
        first.run(sleeper());
        second.run(nothing_but_a_mark(of_second));
    }
    of_first.stop(first.loop());
    of_second.stop(second.loop());
    const trace_data a = checked(of_first.snapshot());
    const trace_data b = checked(of_second.snapshot());
    EXPECT_EQ(life(a, "main").size(), 9u);
    EXPECT_EQ(life(b, "main").size(), 3u);
    EXPECT_TRUE(a.moments.empty());
    ASSERT_EQ(b.moments.size(), 3u);
    EXPECT_EQ(b.texts[b.moments[0].name], "here");
    EXPECT_EQ(b.lanes[b.moments[0].lane].kind, lane_kind::task);
    // One thread each, however often it changed.
    EXPECT_EQ(std::ranges::count(a.lanes, lane_kind::thread, &trace_data::lane::kind), 1);
}

TEST(TraceRecorder, CanBeLookedAtWhileItGoesOn) {
    virtual_loop here;
    trace_recorder recorder;
    recorder.record(here.loop());
    trace_data between;
    const auto look = [&]() -> task<void> {
        co_await sleep(1s);
        between = recorder.snapshot();
    };
    here.run(look());
    recorder.stop(here.loop());
    EXPECT_THAT(life(checked(between), "main"), ElementsAre("runs", "waits for sleep", "runs"));
}

}  // namespace
}  // namespace troika
