// SPDX-License-Identifier: MIT
// What a trace shows of a pool.
#include <troika/pool/thread_pool.hpp>

#include <troika/inspect/trace_recorder.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/pool/fork_join.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/resume_on.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include "inspect/span_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

namespace troika {
namespace {

trace_data checked(trace_data trace) {
    EXPECT_EQ(impl::span_index::why_inconsistent(trace), nullptr);
    return trace;
}

long count(const trace_data& trace, arrow_kind kind) {
    return std::ranges::count(trace.arrows, kind, &trace_data::arrow::kind);
}

TEST(TracedPool, ShowsJobsOnItsThreads) {
    trace_recorder recorder;
    {
        thread_pool threads{{.workers = 2, .name = "crew"}};
        recorder.record(threads.home());
        for (int i = 0; i < 10; ++i) threads.submit([] {}).get();
        // Given by a worker that keeps its place: the other one takes them.
        threads
            .submit([&] {
                std::atomic<int> ran{0};
                for (int i = 0; i < 10; ++i)
                    static_cast<void>(threads.submit([&ran] { ++ran; }));
                while (ran < 10) std::this_thread::yield();
            })
            .get();
    }
    const trace_data trace = checked(recorder.snapshot());
    EXPECT_EQ(count(trace, arrow_kind::submit), 21);
    EXPECT_GE(count(trace, arrow_kind::steal), 1);
    long jobs = 0;
    long parks = 0;
    for (const trace_data::span& one : trace.spans) {
        const std::string& lane = trace.texts[trace.lanes[one.lane].name];
        if (one.state == span_state::runs) {
            EXPECT_TRUE(lane == "crew-0" || lane == "crew-1") << lane;
            EXPECT_EQ(trace.texts[one.name], "lambda in TestBody");
            ++jobs;
        } else if (one.state == span_state::waits) {
            EXPECT_EQ(trace.texts[one.name], "work");
            ++parks;
        }
    }
    EXPECT_GE(jobs, 21);
    EXPECT_GE(parks, 1);
    const auto queued = std::ranges::find_if(trace.counters, [&](const auto& one) {
        return trace.texts[one.name] == "jobs queued";
    });
    ASSERT_NE(queued, trace.counters.end());
    EXPECT_EQ(queued->samples.back().value, 0);
    EXPECT_GE(std::ranges::max(queued->samples, {}, &trace_data::sample::value).value, 1);
}

task<int> leaf() {
    co_await yield_now();
    co_return 1;
}
task<int> tree(int depth) {
    if (depth == 0) co_return 1;
    auto [left, right] = co_await fork_join(tree(depth - 1), tree(depth - 1));
    co_return left + right;
}
task<int> many() {
    int sum = 0;
    co_await with_task_group([&sum](task_group& group) -> task<void> {
        std::vector<future<int>> answers;
        for (int i = 0; i < 50; ++i)
            answers.push_back(group.create_task(leaf(), {.name = "leaf"}));
        for (future<int>& one : answers) sum += co_await std::move(one);
    });
    co_return sum;
}

TEST(TracedPool, ShowsTasksWhereverTheyRun) {
    trace_recorder recorder;
    {
        thread_pool threads{{.workers = 2}};
        recorder.record(threads.home());
        EXPECT_EQ(threads.submit(many(), {.name = "many"}).get(), 50);
        EXPECT_EQ(threads.submit(tree(8), {.name = "tree"}).get(), 256);
    }
    const trace_data trace = checked(recorder.snapshot());
    long leaves = 0;
    for (std::uint32_t i = 0; i < trace.lanes.size(); ++i) {
        if (trace.texts[trace.lanes[i].name] != "leaf") continue;
        ++leaves;
        long runs = 0;
        for (const trace_data::span& one : trace.spans)
            if (one.lane == i && one.state == span_state::runs) ++runs;
        EXPECT_EQ(runs, 2);
    }
    EXPECT_EQ(leaves, 50);
    // What a lane of a task says, a thread says as well.
    long on_threads = 0;
    long on_tasks = 0;
    for (const trace_data::span& one : trace.spans) {
        if (one.state != span_state::runs || one.task == 0) continue;
        if (trace.lanes[one.lane].kind == lane_kind::thread)
            ++on_threads;
        else
            ++on_tasks;
    }
    EXPECT_GE(on_threads, on_tasks);
    EXPECT_EQ(trace.lost, 0u);
}

TEST(TracedPool, MayBeRecordedAndLeftAloneWhileItWorks) {
    trace_recorder recorder(trace_recorder::options{.records_per_thread_max = 256});
    thread_pool threads{{.workers = 2}};
    for (int round = 0; round < 50; ++round) {
        future<int> sum = threads.submit(many());
        recorder.record(threads.home());
        static_cast<void>(checked(recorder.snapshot()));
        recorder.stop(threads.home());
        EXPECT_EQ(sum.get(), 50);
    }
    threads.shutdown();
}

TEST(TracedPool, FollowsACoroutineThatMovesThere) {
    trace_recorder recorder;
    thread_pool threads{{.workers = 1}};
    event_loop loop;
    recorder.record(threads.home());
    recorder.record(loop);
    const auto traveller = [&]() -> task<void> {
        co_await resume_on(threads);
        co_await resume_on(loop);
    };
    loop.run(traveller());
    recorder.stop(loop);
    threads.shutdown();
    const trace_data trace = checked(recorder.snapshot());
    long lanes = 0;
    for (const trace_data::lane& one : trace.lanes)
        if (one.kind == lane_kind::task && trace.texts[one.name] == "main") ++lanes;
    EXPECT_EQ(lanes, 2);   // at home, and as a guest of the pool
}

}  // namespace
}  // namespace troika
