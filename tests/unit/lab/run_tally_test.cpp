// SPDX-License-Identifier: MIT
#include "lab/run_tally.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace troika::lab {
namespace {

using os::process_sample;
using os::thread_activity;
using os::thread_sample;

constexpr std::uint64_t ms = 1'000'000;

thread_sample thread(int id, thread_activity activity, std::uint64_t run_ms,
                     std::uint64_t ready_ms = 0) {
    thread_sample sample;
    sample.id = id;
    sample.activity = activity;
    sample.run_ns = run_ms * ms;
    sample.ready_ns = ready_ms * ms;
    sample.turns = run_ms;
    return sample;
}
process_sample process(int id, std::vector<thread_sample> threads) {
    process_sample sample;
    sample.id = id;
    sample.parent = 1;
    sample.started = 1000 + static_cast<std::uint64_t>(id);
    sample.name = "example";
    sample.resident_bytes = 1 << 20;
    sample.io.emplace();
    sample.threads = std::move(threads);
    for (const thread_sample& each : sample.threads) sample.user_ns += each.run_ns;
    return sample;
}

/// Ten spans of 10 ms, in which one process with one thread does the same in each.
run_facts ten_spans(thread_activity activity, std::uint64_t run_ms, std::uint64_t ready_ms = 0,
                    bool has_sockets = false) {
    run_tally tally(2, 0);
    for (std::uint64_t i = 1; i <= 10; ++i) {
        process_sample sample = process(7, {thread(7, activity, i * run_ms, i * ready_ms)});
        sample.has_sockets = has_sockets;
        tally.look(i * 10 * ms, {sample});
    }
    return tally.finish(100 * ms);
}

double whole(const run_facts& facts) {
    return std::accumulate(facts.time_s.begin(), facts.time_s.end(), 0.0);
}

TEST(RunTally, DividesTimeIntoComputingReadyAndWhatTheLookShows) {
    const run_facts facts = ten_spans(thread_activity::disk, 3, 2);
    EXPECT_NEAR(facts.wall_s, 0.1, 1e-9);
    EXPECT_NEAR(whole(facts), 0.1, 1e-9);
    EXPECT_NEAR(facts.time(time_use::computing), 0.03, 1e-9);
    EXPECT_NEAR(facts.time(time_use::ready), 0.02, 1e-9);
    EXPECT_NEAR(facts.time(time_use::disk), 0.05, 1e-9);
    EXPECT_NEAR(facts.user_s, 0.03, 1e-9);
    EXPECT_EQ(facts.looks, 10u);
    EXPECT_EQ(facts.processes_seen, 1u);
    EXPECT_EQ(facts.threads_max, 1u);
    EXPECT_EQ(facts.memory_peak_bytes, 1u << 20);
    EXPECT_NEAR(facts.busy_mean(), 1, 1e-9);
}

TEST(RunTally, KnowsEachKindOfWaiting) {
    using enum thread_activity;
    const auto is = [](thread_activity activity, time_use use, bool has_sockets = false) {
        EXPECT_NEAR(ten_spans(activity, 1, 0, has_sockets).time(use), 0.09, 1e-9)
            << name_of(use);
    };
    is(disk, time_use::disk);
    is(network, time_use::network);
    is(lock, time_use::lock);
    is(timer, time_use::sleeping);
    is(many, time_use::sleeping);
    is(many, time_use::network, true);
    is(peer, time_use::other);
    is(other, time_use::other);
    is(stopped, time_use::other);
    is(unknown, time_use::other);
    is(runs, time_use::ready);   // a host that gave the time to others
    EXPECT_NEAR(ten_spans(unknown, 1).unseen_s, 0.09, 1e-9);
    EXPECT_EQ(ten_spans(other, 1).unseen_s, 0);
}

TEST(RunTally, WhatTheOthersWaitForComesFirst) {
    using enum thread_activity;
    const auto of = [](std::vector<thread_sample> threads) {
        run_tally tally(2, 0);
        tally.look(10 * ms, {process(7, std::move(threads))});
        return tally.finish(10 * ms);
    };
    EXPECT_GT(of({thread(7, lock, 0), thread(8, disk, 0)}).time(time_use::disk), 0);
    EXPECT_GT(of({thread(7, timer, 0), thread(8, network, 0)}).time(time_use::network), 0);
    EXPECT_GT(of({thread(7, lock, 0), thread(8, timer, 0)}).time(time_use::sleeping), 0);
    EXPECT_GT(of({thread(7, child, 0), thread(8, lock, 0)}).time(time_use::lock), 0);
}

TEST(RunTally, SpansWithoutAnAnswerAreLikeTheOthers) {
    run_tally tally(2, 0);
    tally.look(10 * ms, {process(7, {thread(7, thread_activity::network, 2)})});
    tally.look(20 * ms, {process(7, {thread(7, thread_activity::runs, 4)})});
    const run_facts facts = tally.finish(20 * ms);
    EXPECT_NEAR(facts.time(time_use::network), 0.016, 1e-9);
    EXPECT_NEAR(whole(facts), 0.02, 1e-9);
}

TEST(RunTally, ThePastOfWhatRanBeforeDoesNotCount) {
    process_sample before = process(7, {thread(7, thread_activity::runs, 5000)});
    before.io->disk_read_bytes = 1000;
    before.major_faults = 50;
    run_tally tally(2, 1000 * ms, {before});
    process_sample after = process(7, {thread(7, thread_activity::disk, 5004)});
    after.io->disk_read_bytes = 1500;
    after.major_faults = 51;
    tally.look(1010 * ms, {after, process(8, {thread(8, thread_activity::runs, 2)})});
    const run_facts facts = tally.finish(1010 * ms);
    EXPECT_NEAR(facts.wall_s, 0.01, 1e-9);
    EXPECT_NEAR(facts.user_s, 0.006, 1e-9);   // what began meanwhile counts whole
    EXPECT_EQ(facts.disk_read_bytes, 500u);
    EXPECT_EQ(facts.major_faults, 1u);
    EXPECT_EQ(facts.processes_seen, 2u);
}

TEST(RunTally, ThreadsThatWaitForEachOtherAreCounted) {
    using enum thread_activity;
    run_tally tally(4, 0);
    for (std::uint64_t i = 1; i <= 9; ++i) {
        std::vector<thread_sample> threads{thread(7, child, 0)};   // the main thread
        for (std::uint64_t k = 0; k < 3; ++k)
            threads.push_back(thread(8 + static_cast<int>(k), i % 3 == k ? runs : lock,
                                     (i + k) / 3 * 10));
        tally.look(i * 10 * ms, {process(7, std::move(threads))});
    }
    const run_facts facts = tally.finish(90 * ms);
    EXPECT_EQ(facts.busiest.name, "example");
    EXPECT_EQ(facts.busiest.threads, 3u);
    EXPECT_NEAR(facts.busiest.running, 1, 0.01);
    EXPECT_NEAR(facts.busiest.locked, 2, 0.01);
    EXPECT_NEAR(facts.busy_mean(), 1, 0.2);
    EXPECT_EQ(facts.processes_working, 1u);
    EXPECT_EQ(facts.threads_max, 4u);
}

TEST(RunTally, ProcessesThatNobodySawAreChargedToTheirParents) {
    run_tally tally(2, 0);
    for (std::uint64_t i = 1; i <= 10; ++i) {
        process_sample shell = process(7, {thread(7, thread_activity::child, 0)});
        shell.children_user_ns = i / 5 * 40 * ms;   // the kernel charges in lumps
        tally.look(i * 10 * ms, {shell});
    }
    const run_facts facts = tally.finish(100 * ms);
    EXPECT_NEAR(facts.user_s, 0.08, 1e-9);
    EXPECT_NEAR(facts.time(time_use::computing), 0.08, 1e-9);
    EXPECT_NEAR(whole(facts), 0.1, 1e-9);
}

TEST(RunTally, ProcessesThatWereSeenAreNotCountedTwice) {
    run_tally tally(2, 0);
    const process_sample shell = process(7, {thread(7, thread_activity::child, 0)});
    tally.look(10 * ms, {shell, process(8, {thread(8, thread_activity::runs, 10)})});
    process_sample charged = shell;
    charged.children_user_ns = 10 * ms;
    tally.look(20 * ms, {charged});
    const run_facts facts = tally.finish(20 * ms);
    EXPECT_NEAR(facts.time(time_use::computing), 0.01, 1e-9);
}

TEST(RunTally, TheKernelsCountOfAnEndedRunIsBelieved) {
    run_tally tally(2, 0);
    tally.look(10 * ms, {process(7, {thread(7, thread_activity::runs, 10)})});
    os::children_usage used;
    used.user_ns = 14 * ms;
    used.system_ns = 2 * ms;
    used.disk_write_bytes = 4096;
    used.resident_peak_bytes = 9 << 20;
    used.switches = {3, 4};
    tally.add_usage(used);
    const run_facts facts = tally.finish(20 * ms);
    EXPECT_NEAR(facts.cpu_s(), 0.016, 1e-9);
    EXPECT_NEAR(facts.time(time_use::computing), 0.016, 1e-9);   // also after the last look
    EXPECT_EQ(facts.disk_write_bytes, 4096u);
    EXPECT_EQ(facts.memory_peak_bytes, 9u << 20);
    EXPECT_TRUE(facts.switches_known);
    EXPECT_EQ(facts.switches_involuntary, 4u);
}

TEST(RunTally, ThePictureIsBounded) {
    run_tally tally(2, 0);
    for (std::uint64_t i = 1; i <= 5000; ++i)
        tally.look(i * 10 * ms, {process(7, {thread(7, thread_activity::runs, i * 10)})});
    const run_facts facts = tally.finish(50'000 * ms);
    EXPECT_LE(facts.busy.size(), run_facts::busy_max);
    EXPECT_GE(facts.busy.size(), run_facts::busy_max / 2 - 1);
    EXPECT_THAT(facts.busy, testing::Each(testing::FloatNear(1, 0.01f)));
}

TEST(RunTally, WhatIsTooMuchIsLeftOut) {
    run_tally tally(2, 0);
    run_tally::looks all;
    for (int i = 1; i <= 30'000; ++i)
        all.push_back(process(i, {thread(i, thread_activity::runs, 0)}));
    tally.look(10 * ms, all);
    tally.look(20 * ms, all);
    const run_facts facts = tally.finish(20 * ms);
    EXPECT_LE(facts.processes_seen, run_tally::entries_max);
    EXPECT_EQ(facts.processes_max, 30'000u);
}

TEST(RunTally, ARunThatNobodySawIsEmpty) {
    run_tally tally(2, 5 * ms);
    const run_facts facts = tally.finish(5 * ms);
    EXPECT_EQ(facts.wall_s, 0);
    EXPECT_EQ(facts.looks, 0u);
    EXPECT_EQ(facts.busiest.threads, 0u);
    run_tally later(2, 0);
    EXPECT_NEAR(later.finish(10 * ms).time(time_use::other), 0.01, 1e-9);
}

TEST(RunTally, NamesCannotCommandTheTerminal) {
    run_tally tally(2, 0);
    process_sample sample = process(7, {thread(7, thread_activity::runs, 1)});
    sample.name = "a\x1b[2Jb\xff";
    tally.look(10 * ms, {sample});
    EXPECT_EQ(tally.finish(10 * ms).busiest.name, "a?[2Jb?");
}

TEST(RunTally, WhereIoIsSecretThatIsSaid) {
    run_tally tally(2, 0);
    process_sample sample = process(7, {thread(7, thread_activity::runs, 1)});
    sample.io.reset();
    tally.look(10 * ms, {sample});
    EXPECT_FALSE(tally.finish(10 * ms).io_known);
}

}  // namespace
}  // namespace troika::lab
