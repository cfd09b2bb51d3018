// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_session.hpp>

#include <troika/tasks/sleep.hpp>

#include "inspect/process_trace.hpp"
#include "inspect/span_index.hpp"
#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

task<void> doze() { co_await sleep(1s); }

std::size_t tasks_in(const trace_data& trace) {
    EXPECT_EQ(impl::span_index::why_inconsistent(trace), nullptr);
    return static_cast<std::size_t>(
        std::ranges::count(trace.lanes, lane_kind::task, &trace_data::lane::kind));
}

TEST(TraceSession, RecordsLoopsThatAreThereAndThatCome) {
    virtual_loop before;
    std::optional<trace_session> session;
    before.run(doze());
    session.emplace();
    before.run(doze());
    virtual_loop after;
    after.run(doze());
    EXPECT_EQ(tasks_in(session->snapshot()), 2u);
    session->stop();
    before.run(doze());
    virtual_loop late;
    late.run(doze());
    EXPECT_EQ(tasks_in(session->snapshot()), 2u);
    EXPECT_EQ(before.loop().hooks(), nullptr);
    EXPECT_EQ(impl::process_trace::instance().hooks(), nullptr);
}

TEST(TraceSession, SeesWhatHappenedSinceItBegan) {
    virtual_loop here;
    trace_session outer;
    here.run(doze());
    std::size_t inner_tasks = 0;
    {
        const trace_session inner;
        here.run(doze());
        inner_tasks = tasks_in(inner.snapshot());
    }
    here.run(doze());   // the outer one goes on
    EXPECT_EQ(inner_tasks, 1u);
    EXPECT_EQ(tasks_in(outer.snapshot()), 3u);
}

TEST(TraceSession, LeavesLoopsWithAnotherObserverAlone) {
    virtual_loop here;
    trace_recorder own;
    own.record(here.loop());
    trace_session session;
    here.run(doze());
    session.stop();
    EXPECT_EQ(tasks_in(session.snapshot()), 0u);
    EXPECT_EQ(tasks_in(own.snapshot()), 1u);
    EXPECT_EQ(here.loop().hooks(), &own);
    own.stop(here.loop());
}

TEST(TraceSession, MarksMoments) {
    trace_session session;
    session.mark("begun");
    session.stop();
    session.mark("too late");
    const trace_data trace = session.snapshot();
    ASSERT_EQ(trace.moments.size(), 1u);
    EXPECT_EQ(trace.texts[trace.moments[0].name], "begun");
}

TEST(TraceSession, NamesATaskThatStartedBefore) {
    virtual_loop here;
    std::optional<trace_session> session;
    const auto main = [&]() -> task<void> {
        session.emplace();
        co_await sleep(1s);
        co_await sleep(1s);
    };
    here.run(main());
    const trace_data trace = session->snapshot();
    ASSERT_EQ(tasks_in(trace), 1u);
    const auto task = std::ranges::find(trace.lanes, lane_kind::task, &trace_data::lane::kind);
    EXPECT_EQ(trace.texts[task->name], "main");
}

}  // namespace
}  // namespace troika
