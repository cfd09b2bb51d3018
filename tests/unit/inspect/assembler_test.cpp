// SPDX-License-Identifier: MIT
#include "inspect/assembler.hpp"

#include "inspect/span_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace troika::impl {
namespace {

using testing::ElementsAre;

/// Records of a process with number 10 that began at 1000, written by hand.
class history {
public:
    history() {
        all.process = 10;
        all.process_name = "program";
        all.texts = {"", "one", "two", "sleep", "task<void> one()", "one.cpp"};
        all.places = {{}, {4, 5, 7}, {4, 5, 9}};
        all.begin_ns = 1000;
        all.end_ns = 2000;
    }
    std::size_t thread(std::uint32_t id, std::string name) {
        all.threads.push_back({id, std::move(name), {}});
        return all.threads.size() - 1;
    }
    void add(std::size_t on, std::int64_t at, trace_record record) {
        record.at = 1000 + at;
        all.threads[on].records.push_back(record);
    }
    void add(std::size_t on, std::int64_t at, record_kind kind, std::uint64_t task,
             std::uint64_t peer = 0, std::uint32_t text = 0, std::uint32_t place = 0,
             std::uint32_t flags = 0) {
        add(on, at, trace_record::of(kind, task, peer, text, place, flags));
    }

    recorded all;
};

/// The spans of a lane, each as `state name begin-end`.
std::vector<std::string> spans(const trace_part& part, const std::string& lane) {
    const char* const states[] = {"runs",    "waits",  "locked", "ready",
                                  "blocked", "failed", "holds"};
    std::vector<std::string> found;
    for (const trace_data::span& one : part.data.spans)
        if (part.data.texts[part.data.lanes[one.lane].name] == lane)
            found.push_back(std::string(states[static_cast<int>(one.state)]) + " " +
                            part.data.texts[one.name] + " " + std::to_string(one.begin) + "-" +
                            std::to_string(one.end));
    return found;
}

std::vector<std::string> arrows(const trace_part& part) {
    const char* const kinds[] = {"wake", "submit", "steal", "call", "result", "handover"};
    const auto name = [&](std::uint32_t lane) {
        return part.data.texts[part.data.lanes[lane].name];
    };
    std::vector<std::string> found;
    for (const trace_data::arrow& one : part.data.arrows)
        found.push_back(std::string(kinds[static_cast<int>(one.kind)]) + " " +
                        name(one.from_lane) + " " + std::to_string(one.from) + " -> " +
                        name(one.to_lane) + " " + std::to_string(one.to));
    return found;
}

trace_part assembled(const history& from) {
    trace_part part = assemble(from.all);
    EXPECT_EQ(span_index::why_inconsistent(part.data), nullptr);
    return part;
}

TEST(Assembler, ShowsTheLifeOfATask) {
    history h;
    const std::size_t main = h.thread(10, "main");
    h.add(main, 100, record_kind::start, 1, 0, 1, 1);
    h.add(main, 110, record_kind::resume, 1);
    h.add(main, 150, record_kind::suspend, 1, 0, 3, 2, suspend_waits);
    h.add(main, 400, record_kind::ready, 1, 0, 0, 0, ready_at_home);
    h.add(main, 410, record_kind::resume, 1);
    h.add(main, 450, record_kind::suspend, 1, 0, 0, 0, suspend_ends);
    h.add(main, 451, record_kind::end, 1);
    const trace_part part = assembled(h);
    EXPECT_THAT(spans(part, "one"), ElementsAre("ready one 100-110", "runs one 110-150",
                                                "waits sleep 150-400", "ready one 400-410",
                                                "runs one 410-450"));
    EXPECT_THAT(spans(part, "program"), ElementsAre("runs one 110-150", "runs one 410-450"));
    // A timer is no other task; what started it is.
    EXPECT_THAT(arrows(part), ElementsAre("submit program 100 -> one 110"));
    const trace_data& data = part.data;
    EXPECT_EQ(data.length, 1000);
    EXPECT_EQ(data.begin_ns, 1000);
    EXPECT_EQ(data.texts[data.spans.back().detail], "one one.cpp:7");
    for (const trace_data::span& one : data.spans)
        if (one.state == span_state::waits) {
            EXPECT_EQ(data.texts[one.detail], "one one.cpp:9");
            EXPECT_EQ(one.task, 1u);
        }
}

TEST(Assembler, SaysWhoWokeWhom) {
    history h;
    const std::size_t main = h.thread(10, "main");
    const std::size_t other = h.thread(11, "other");
    h.add(main, 100, record_kind::start, 1, 0, 1, 1);
    h.add(main, 110, record_kind::resume, 1);
    h.add(main, 120, record_kind::start, 2, 1, 2, 1);
    h.add(main, 150, record_kind::suspend, 1, 0, 3, 2, suspend_waits);
    h.add(main, 160, record_kind::resume, 2);
    h.add(main, 200, record_kind::suspend, 2, 0, 0, 0, suspend_ends);
    h.add(main, 202, record_kind::end, 2);
    h.add(main, 203, record_kind::ready, 1, 2, 0, 0, ready_at_home);   // by its end
    h.add(main, 210, record_kind::resume, 1);
    h.add(main, 250, record_kind::suspend, 1, 0, 3, 2, suspend_waits);
    h.add(other, 300, record_kind::wake_posted, 1);
    h.add(main, 330, record_kind::ready, 1, 0, 0, 0, ready_at_home);
    h.add(main, 340, record_kind::resume, 1);
    h.add(main, 350, record_kind::suspend, 1, 0, 0, 0, suspend_ends);
    EXPECT_THAT(arrows(assembled(h)),
                ElementsAre("submit program 100 -> one 110", "submit one 120 -> two 160",
                            "wake two 200 -> one 210", "wake other 300 -> one 340"));
}

TEST(Assembler, SeesAWakeThatCameBeforeTheWait) {
    history h;
    const std::size_t a = h.thread(11, "a");
    const std::size_t b = h.thread(12, "b");
    h.add(a, 100, record_kind::start, 1, 0, 1, 1);
    h.add(a, 110, record_kind::resume, 1);
    h.add(b, 140, record_kind::ready, 1);
    h.add(a, 150, record_kind::suspend, 1, 0, 3, 2, suspend_waits);
    h.add(b, 170, record_kind::resume, 1);
    h.add(b, 180, record_kind::suspend, 1, 0, 0, 0, suspend_ends);
    const trace_part part = assembled(h);
    EXPECT_THAT(spans(part, "one"), ElementsAre("ready one 100-110", "runs one 110-150",
                                                "ready one 150-170", "runs one 170-180"));
    EXPECT_THAT(arrows(part),
                ElementsAre("submit a 100 -> one 110", "wake b 140 -> one 170"));
}

TEST(Assembler, TellsHowATaskFailed) {
    history h;
    const std::size_t main = h.thread(10, "main");
    for (const std::uint64_t task : {1u, 2u}) {
        const auto at = static_cast<std::int64_t>(task * 100);
        h.add(main, at, record_kind::start, task, 0, static_cast<std::uint32_t>(task));
        h.add(main, at + 10, record_kind::resume, task);
        h.add(main, at + 20, record_kind::fail, task, 0, 0, 0, task == 2 ? fail_cancelled : 0);
        h.add(main, at + 30, record_kind::suspend, task, 0, 0, 0, suspend_ends);
        h.add(main, at + 31, record_kind::end, task);
    }
    const trace_part part = assembled(h);
    EXPECT_THAT(spans(part, "one"), ElementsAre("ready one 100-110", "failed one 110-130"));
    EXPECT_THAT(spans(part, "two"), ElementsAre("ready two 200-210", "failed two 210-230"));
    std::vector<std::string> details;
    for (const auto& one : part.data.spans)
        if (one.state == span_state::failed) details.push_back(part.data.texts[one.detail]);
    EXPECT_THAT(details, ElementsAre("ended by an exception", "cancelled"));
}

TEST(Assembler, PutsWhatRunsInsideOfSomethingInItsPlace) {
    history h;
    const std::size_t worker = h.thread(11, "pool-0");
    h.add(worker, 50, record_kind::submit, 0, 0xa0);
    h.add(worker, 100, record_kind::run, 5, 0xa0, 0, 0);
    h.add(worker, 150, record_kind::run, 5, 0xb0, 0, 0);
    h.add(worker, 180, record_kind::ran, 5);
    h.add(worker, 200, record_kind::ran, 5);
    h.add(worker, 210, record_kind::park, 5);
    h.add(worker, 300, record_kind::unpark, 5);
    EXPECT_THAT(spans(assembled(h), "pool-0"),
                ElementsAre("runs job 100-150", "runs job 150-180", "runs job 180-200",
                            "waits work 210-300"));
}

TEST(Assembler, FollowsJobsAndSteals) {
    history h;
    const std::size_t main = h.thread(10, "main");
    const std::size_t first = h.thread(11, "pool-0");
    const std::size_t second = h.thread(12, "pool-1");
    h.add(first, 10, record_kind::park, 5, 0, 0, 0);
    h.add(main, 20, record_kind::submit, 0, 0xa0);
    h.add(main, 30, record_kind::submit, 0, 0xb0);
    h.add(first, 40, record_kind::unpark, 5, 0, 0, 0);
    h.add(second, 60, record_kind::steal, 5, 0, 0, 1);
    h.add(second, 70, record_kind::run, 5, 0xb0, 0, 1);
    h.add(second, 80, record_kind::ran, 5);
    const trace_part part = assembled(h);
    EXPECT_THAT(arrows(part),
                ElementsAre("steal pool-0 60 -> pool-1 60", "submit program 30 -> pool-1 70"));
    ASSERT_EQ(part.data.counters.size(), 1u);
    const auto& queued = part.data.counters[0];
    EXPECT_EQ(part.data.texts[queued.name], "jobs queued");
    ASSERT_EQ(queued.samples.size(), 3u);
    EXPECT_EQ(queued.samples[1].value, 2);
    EXPECT_EQ(queued.samples[2].value, 1);
    EXPECT_EQ(queued.samples[2].at, 70);
}

TEST(Assembler, CountsReadyTasksAndOperations) {
    history h;
    const std::size_t main = h.thread(10, "main");
    h.add(main, 100, record_kind::start, 1, 0, 1, 1);
    h.add(main, 110, record_kind::start, 2, 0, 2, 1);
    h.add(main, 120, record_kind::resume, 1);
    h.add(main, 130, record_kind::suspend, 1, 0, 0, 0, 0);   // yields
    h.add(main, 140, record_kind::resume, 2);
    h.add(main, 150, record_kind::suspend, 2, 0, 3, 0, suspend_waits);
    h.add(main, 160, record_kind::poll, 7, 3, 0, 0, poll_sleeps);
    h.add(main, 190, record_kind::polled, 7);
    h.add(main, 200, record_kind::poll, 7, 1);
    h.add(main, 201, record_kind::polled, 7);
    const trace_part part = assembled(h);
    EXPECT_THAT(spans(part, "program"),
                ElementsAre("runs one 120-130", "runs two 140-150",
                            "waits timers, I/O and other threads 160-190"));
    ASSERT_EQ(part.data.counters.size(), 2u);
    std::vector<std::int64_t> ready;
    for (const auto& one : part.data.counters[0].samples) ready.push_back(one.value);
    EXPECT_THAT(ready, ElementsAre(1, 2, 1, 2, 1));
    EXPECT_EQ(part.data.texts[part.data.counters[1].name], "operations in flight");
    EXPECT_EQ(part.data.counters[1].samples[0].value, 3);
    EXPECT_EQ(part.data.counters[1].samples[1].value, 1);
}

TEST(Assembler, ClosesWhatStillGoesOn) {
    history h;
    const std::size_t main = h.thread(10, "main");
    for (const std::uint64_t task : {1u, 2u, 3u})
        h.add(main, static_cast<std::int64_t>(task), record_kind::start, task, 0,
              task == 3 ? 0 : static_cast<std::uint32_t>(task), 1);
    h.add(main, 100, record_kind::resume, 1);
    h.add(main, 120, record_kind::suspend, 1, 0, 3, 2, suspend_waits);
    h.add(main, 130, record_kind::resume, 2);
    const trace_part part = assembled(h);
    EXPECT_THAT(spans(part, "program"), ElementsAre("runs one 100-120", "runs two 130-1000"));
    // The third has no name of its own: that of its function, which is the first's.
    EXPECT_THAT(spans(part, "one"),
                ElementsAre("ready one 1-100", "runs one 100-120", "waits sleep 120-1000",
                            "ready one 3-1000"));
    EXPECT_THAT(spans(part, "two"), ElementsAre("ready two 2-130", "runs two 130-1000"));
}

TEST(Assembler, ShowsNothingFromBeforeItsBeginning) {
    history h;
    const std::size_t main = h.thread(10, "main");
    const std::size_t gone = h.thread(11, "gone");
    h.add(gone, -900, record_kind::run, 5, 0xa0, 0, 0);
    h.add(gone, -800, record_kind::ran, 5);
    h.add(main, -500, record_kind::start, 1, 0, 1, 1);
    h.add(main, -400, record_kind::resume, 1);
    h.add(main, -300, record_kind::start, 2, 1, 2, 1);
    h.add(main, -200, record_kind::suspend, 1, 0, 3, 2, suspend_waits);
    h.add(main, -190, record_kind::resume, 2);
    h.add(main, -180, record_kind::suspend, 2, 0, 0, 0, suspend_ends);
    h.add(main, 100, record_kind::ready, 1, 0, 0, 0, ready_at_home);
    h.add(main, 110, record_kind::resume, 1);
    h.add(main, 120, record_kind::suspend, 1, 0, 0, 0, suspend_ends);
    const trace_part part = assembled(h);
    EXPECT_EQ(part.data.lanes.size(), 2u);   // neither a thread nor a task that had ended
    EXPECT_THAT(spans(part, "one"),
                ElementsAre("waits sleep 0-100", "ready one 100-110", "runs one 110-120"));
    EXPECT_TRUE(part.data.arrows.empty());
}

TEST(Assembler, LeavesTheEndsOfCallsOpen) {
    history h;
    const std::size_t main = h.thread(10, "main");
    h.add(main, 100, record_kind::call_sent, 0, 77);
    h.add(main, 200, record_kind::call_answered, 0, 77);
    h.add(main, 300, record_kind::call_begun, 0, 88);
    h.add(main, 350, record_kind::call_done, 0, 88, 0, 0, call_failed);
    const trace_part part = assembled(h);
    ASSERT_EQ(part.ends.size(), 4u);
    EXPECT_TRUE(part.ends[0].outgoing);
    EXPECT_EQ(part.ends[0].call, 77u);
    EXPECT_EQ(part.ends[1].kind, arrow_kind::result);
    EXPECT_FALSE(part.ends[1].outgoing);
    EXPECT_FALSE(part.ends[2].outgoing);
    EXPECT_EQ(part.ends[3].at, 350);
    EXPECT_THAT(spans(part, "program"), ElementsAre("failed call 300-350"));
    EXPECT_EQ(part.data.texts[part.data.counters.at(0).name], "calls in flight");
}

TEST(Assembler, MarksMoments) {
    history h;
    const std::size_t main = h.thread(10, "main");
    h.add(main, 100, record_kind::start, 1, 0, 1, 1);
    h.add(main, 110, record_kind::resume, 1);
    h.add(main, 115, record_kind::mark, 1, 0, 2);
    h.add(main, 116, record_kind::mark, 0, 0, 3);
    const trace_part part = assembled(h);
    ASSERT_EQ(part.data.moments.size(), 2u);
    const auto& data = part.data;
    EXPECT_EQ(data.texts[data.lanes[data.moments[0].lane].name], "one");
    EXPECT_EQ(data.texts[data.moments[0].name], "two");
    EXPECT_EQ(data.moments[0].at, 115);
    EXPECT_EQ(data.texts[data.lanes[data.moments[1].lane].name], "program");
}

TEST(Assembler, MakesSenseOfAnyRecords) {
    // Records in any order, of anything: what remains where others were lost.
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        history h;
        const auto below = [&](std::uint32_t limit) {
            return static_cast<std::uint32_t>(random() % limit);
        };
        const std::size_t threads = 1 + below(3);
        for (std::size_t t = 0; t < threads; ++t) {
            // Numbers of threads are given again.
            h.thread(10 + below(2), "t" + std::to_string(t));
            std::int64_t at = below(50);
            at -= 100;
            for (int i = 0; i < 200; ++i, at += below(4))
                h.add(t, at,
                      trace_record::of(static_cast<record_kind>(below(21)), below(4), below(4),
                                       below(8), below(4), below(4)));
        }
        ASSERT_EQ(span_index::why_inconsistent(assemble(h.all).data), nullptr) << round;
    }
}

}  // namespace
}  // namespace troika::impl
