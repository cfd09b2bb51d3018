// SPDX-License-Identifier: MIT
#include "lab/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace troika::lab {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// A run of 4 s on 4 processors; shares of the time, processors kept busy while it computes.
struct observed {
    double computing = 0;
    double ready = 0;
    double disk = 0;
    double network = 0;
    double lock = 0;
    double sleeping = 0;
    double other = 0;
    double busy = 1;
    unsigned threads = 1;   // that compute
    double running = 1;     // of them, at a time
    double locked = 0;
    unsigned processors = 4;
    const char* name = "program";
    double unseen = 0;
    double wall_s = 4;
};

run_facts facts_of(const observed& seen) {
    run_facts run;
    run.wall_s = seen.wall_s;
    run.time_s = {seen.computing, seen.ready, seen.disk,    seen.network,
                  seen.lock,      seen.sleeping, seen.other};
    for (double& part : run.time_s) part *= seen.wall_s;
    run.user_s = seen.computing * seen.busy * seen.wall_s;
    run.ready_thread_s = seen.ready * seen.wall_s;
    run.unseen_s = seen.unseen * seen.wall_s;
    run.looks = static_cast<unsigned>(seen.wall_s * 50);
    run.processors = seen.processors;
    run.busiest = {.name = seen.name,
                   .cpu_s = run.user_s,
                   .threads = seen.threads,
                   .running = seen.running,
                   .locked = seen.locked,
                   .turns_per_s = 200};
    run.busy.assign(10, 1);
    return run;
}

advice judge_twice(const observed& seen) { return judge({facts_of(seen), facts_of(seen)}); }

TEST(Advice, KnowsWhatAProgramIsBoundBy) {
    const std::vector<std::pair<observed, boundness>> table{
        {{.computing = 1}, boundness::cpu},
        {{.computing = 0.85, .disk = 0.15}, boundness::cpu},
        {{.computing = 0.3, .ready = 0.7}, boundness::cpu},   // the machine is busy, it is not
        {{.computing = 0.1, .ready = 0.6, .disk = 0.3}, boundness::disk},
        {{.computing = 0.6, .network = 0.4}, boundness::mixed},
        {{.computing = 0.1, .disk = 0.9}, boundness::disk},
        {{.computing = 0.1, .disk = 0.3, .network = 0.6}, boundness::network},
        {{.sleeping = 1}, boundness::waiting},
        {{.computing = 0.01, .lock = 0.99}, boundness::waiting},
        {{.other = 1}, boundness::waiting},
        {{.computing = 0.1, .other = 0.9, .unseen = 0.8}, boundness::unknown},
    };
    for (const auto& [seen, wanted] : table)
        EXPECT_EQ(judge_twice(seen).bound, wanted) << judge_twice(seen).verdict;
}

TEST(Advice, KnowsHowAProgramSharesTheProcessors) {
    using enum parallelism;
    const std::vector<std::pair<observed, parallelism>> table{
        {{.computing = 1}, single},
        {{.computing = 0.5, .ready = 0.5}, single},
        {{.computing = 1, .busy = 3, .threads = 4, .running = 3}, several},
        {{.computing = 1, .threads = 4, .running = 1, .locked = 3}, serialised},
        {{.computing = 1, .threads = 2, .running = 1.2, .locked = 0.8}, serialised},
        // Where processors are scarce, those that were woken to ask for the lock wait for one.
        {{.computing = 0.4, .ready = 0.6, .threads = 4, .running = 1.9, .locked = 1.8}, serialised},
        // Threads without work do not compute, however long they wait.
        {{.computing = 1, .busy = 2, .threads = 2, .running = 1.9, .locked = 0.1}, several},
        {{.computing = 1, .busy = 2, .threads = 4, .running = 2, .locked = 2}, several},
    };
    for (const auto& [seen, wanted] : table) {
        const advice found = judge_twice(seen);
        EXPECT_EQ(found.parallel, wanted) << found.plan;
    }
}

TEST(Advice, ChoosesAModelAndHowManyWorkers) {
    struct row {
        observed seen;
        model fits;
        unsigned workers;
    };
    const std::vector<row> table{
        {{.computing = 1}, model::pool, 4},
        {{.computing = 1, .processors = 1}, model::none, 0},
        {{.computing = 1, .threads = 3, .locked = 2, .processors = 1}, model::none, 0},
        {{.computing = 1, .name = "python3"}, model::processes, 4},
        {{.computing = 1, .threads = 3, .running = 1, .locked = 2}, model::processes, 4},
        {{.computing = 1, .busy = 2, .threads = 2, .running = 2}, model::pool, 4},
        {{.computing = 1, .busy = 3.9, .threads = 4, .running = 4}, model::none, 0},
        {{.computing = 0.01, .network = 0.99}, model::loop, 80},
        {{.network = 1}, model::loop, 1000},
        {{.computing = 0.02, .sleeping = 0.98}, model::loop, 40},
        {{.computing = 0.2, .disk = 0.8}, model::threads, 5},
        {{.disk = 1}, model::threads, 16},
        {{.computing = 0.5, .network = 0.5}, model::threads, 8},
        {{.computing = 0.5, .network = 0.5, .name = "python3"}, model::processes, 8},
        {{.lock = 1}, model::none, 0},
        {{.other = 1}, model::none, 0},
    };
    for (const auto& [seen, fits, workers] : table) {
        const advice found = judge_twice(seen);
        EXPECT_EQ(found.fits, fits) << found.plan;
        EXPECT_EQ(found.workers, workers) << found.plan;
        EXPECT_FALSE(found.plan.empty());
    }
}

TEST(Advice, NeverClaimsFromAShortRun) {
    for (const double wall_s : {0.0, 0.001, 0.1}) {
        const advice found = judge({facts_of({.computing = 1, .wall_s = wall_s})});
        EXPECT_EQ(found.bound, boundness::unknown);
        EXPECT_EQ(found.fits, model::none);
        EXPECT_EQ(found.sure, confidence::low);
        EXPECT_THAT(found.verdict, HasSubstr("too short"));
    }
    // A run of half a second is a hint at most; several of them are more.
    const observed half{.computing = 1, .wall_s = 0.5};
    EXPECT_EQ(judge({facts_of(half)}).sure, confidence::low);
    EXPECT_EQ(judge({facts_of(half), facts_of(half), facts_of(half)}).sure, confidence::high);
    run_facts unseen = facts_of({.computing = 1});
    unseen.looks = 2;
    EXPECT_EQ(judge({unseen}).bound, boundness::unknown);
}

TEST(Advice, SaysHowSureItIsAndWhy) {
    const observed clear{.computing = 1};
    EXPECT_EQ(judge_twice(clear).sure, confidence::high);
    EXPECT_THAT(judge_twice(clear).doubts, IsEmpty());
    EXPECT_EQ(judge({facts_of(clear)}).sure, confidence::high);   // 4 s
    const advice once = judge({facts_of({.computing = 1, .wall_s = 1.5})});
    EXPECT_EQ(once.sure, confidence::medium);
    EXPECT_THAT(once.doubts, Contains(HasSubstr("--repeat")));
    observation watching;
    watching.is_command = false;
    EXPECT_THAT(judge({facts_of({.computing = 1, .wall_s = 1.5})}, watching).doubts,
                Contains(HasSubstr("--for")));

    const advice differing = judge({facts_of(clear), facts_of({.computing = 0.5, .disk = 0.5})});
    EXPECT_THAT(differing.doubts, Contains(HasSubstr("runs differ")));
    const advice crowded = judge_twice({.computing = 0.5, .ready = 0.5});
    EXPECT_EQ(crowded.sure, confidence::medium);
    EXPECT_THAT(crowded.doubts, Contains(HasSubstr("others had the processors")));
    EXPECT_THAT(judge_twice({.computing = 0.81, .disk = 0.19}).doubts,
                Contains(HasSubstr("near the border")));
    EXPECT_THAT(judge_twice({.computing = 0.5, .other = 0.5, .unseen = 0.4}).doubts,
                Contains(HasSubstr("may not see")));
    observation blind;
    blind.sees_waits = false;
    EXPECT_THAT(judge({facts_of({.network = 1})}, blind).doubts,
                Contains(HasSubstr("may not see")));
    run_facts secret = facts_of(clear);
    secret.io_known = false;
    EXPECT_THAT(judge({secret}).doubts, Contains(HasSubstr("secret")));
}

TEST(Advice, GivesTheFiguresThatLedThere) {
    run_facts run = facts_of({.computing = 0.25, .disk = 0.75, .threads = 2, .running = 1.5});
    run.disk_write_bytes = 3 << 20;
    run.switches_known = true;
    run.switches_voluntary = 400;
    run.major_faults = 1000;
    run.processes_working = 2;
    const advice found = judge({run, run});
    EXPECT_THAT(found.reasons, Contains(HasSubstr("on a processor 25 % of the time")));
    EXPECT_THAT(found.reasons, Contains(HasSubstr("100 % were for the disk")));
    EXPECT_THAT(found.reasons, Contains(HasSubstr("took 6.0 MiB")));
    EXPECT_THAT(found.reasons, Contains(HasSubstr("100 times a second it waited")));
    EXPECT_THAT(found.reasons, Contains(HasSubstr("2 processes did most")));
    EXPECT_THAT(found.reasons, Contains(HasSubstr("2 threads of program computed")));
    EXPECT_THAT(found.reasons, Contains(HasSubstr("2000 pages")));
}

TEST(Advice, NamesAreDistinct) {
    EXPECT_EQ(name_of(boundness::mixed), "mixed");
    EXPECT_EQ(name_of(model::processes), "processes");
    EXPECT_EQ(name_of(confidence::high), "high");
    EXPECT_EQ(name_of(parallelism::serialised), "serialised");
}

}  // namespace
}  // namespace troika::lab
