// SPDX-License-Identifier: MIT
// The sleep of the pool under every interleaving: no worker sleeps while there is work (that would
// be a deadlock here), and each memory order is needed.
#include <troika/pool/eventcount.hpp>
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "model/unneeded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::testing {
namespace {

using enum std::memory_order;
using ::testing::ElementsAre;
using eventcount = troika::impl::eventcount<model_atomics>;

/// With three threads, everything would be too much.
const model_options large{.preemptions_max = 1,
                          .history_max = 3,
                          .spurious_failures_max = 0,
                          .weaken_in = "eventcount.hpp"};

/// Work that anybody may take, with a sleep for those who find none.
struct pool {
    explicit pool(model_run& of) : run(&of) {}

    model_run* run;
    eventcount idle;
    model_atomics::atomic<int> work{0};
    model_atomics::plain<int> result{0};

    bool take() {
        int seen = work.load(seq_cst);
        while (seen != 0)
            if (work.compare_exchange_strong(seen, seen - 1, seq_cst)) return true;
        return false;
    }
    /// Searches and sleeps until it has taken one piece of work. `barrier`: as for work that is not
    /// published by a sequentially consistent operation.
    void work_once(bool barrier = false) {
        idle.search_began();
        while (!take()) {
            idle.announce();
            if (barrier) model_atomics::heavy_barrier();
            if (work.load(barrier ? relaxed : seq_cst) == 0)
                idle.sleep();
            else
                idle.retract();
        }
        idle.search_ended();
    }
    void submit() {
        work.fetch_add(1, seq_cst);
        idle.notify();
    }
    /// Of a thread that submits often.
    void submit_cheaply() {
        work.store(work.load(relaxed) + 1, release);
        model_atomics::light_barrier();
        if (idle.seems_needed()) idle.notify();
    }
    void check() {
        run->expect(work.load() == 0, "all work was taken");
        run->expect(idle.sleeping() == 0, "nobody sleeps");
        run->expect(idle.searching() == 0, "nobody searches");
    }
};

void one_worker(model_run& run) {
    auto& p = run.make<pool>(run);
    run.thread([&] { p.work_once(); });
    run.thread([&] { p.submit(); });
    run.finally([&] { p.check(); });
}

/// One submits twice: the first worker that is woken wakes the second.
void two_workers(model_run& run) {
    auto& p = run.make<pool>(run);
    for (int t = 0; t < 2; ++t) run.thread([&] { p.work_once(); });
    run.thread([&] {
        p.submit();
        p.submit();
    });
    run.finally([&] { p.check(); });
}

void two_submit(model_run& run) {
    auto& p = run.make<pool>(run);
    run.thread([&] {
        p.work_once();
        p.work_once();
    });
    for (int t = 0; t < 2; ++t) run.thread([&] { p.submit(); });
    run.finally([&] { p.check(); });
}

void submitting_cheaply(model_run& run) {
    auto& p = run.make<pool>(run);
    run.thread([&] { p.work_once(true); });
    run.thread([&] { p.submit_cheaply(); });
    run.finally([&] { p.check(); });
}

/// Who is woken sees what was done before.
void waking_all(model_run& run) {
    auto& p = run.make<pool>(run);
    auto& closed = run.make<model_atomics::atomic<bool>>(false);
    for (int t = 0; t < 2; ++t)
        run.thread([&] {
            p.idle.search_began();
            while (!closed.load(seq_cst)) {
                p.idle.announce();
                if (closed.load(seq_cst))
                    p.idle.retract();
                else
                    p.idle.sleep();
            }
            p.idle.search_ended();
        });
    run.thread([&] {
        closed.store(true, seq_cst);
        p.idle.notify_all();
    });
    run.finally([&] { p.check(); });
}

/// A sleeper learns what its waker knew, even where the reason was told without an order.
void a_wake_up_publishes(model_run& run) {
    auto& p = run.make<pool>(run);
    run.thread([&] {
        p.idle.search_began();
        p.idle.announce();
        p.idle.sleep();
        run.expect(p.result.read() == 1, "what was done before the wake-up");
        p.idle.search_ended();
    });
    run.thread([&] {
        while (p.idle.sleeping() == 0) model_atomics::pause();
        p.result.write(1);
        p.idle.notify();
    });
    run.finally([&] { p.check(); });
}

}  // namespace

TEST(eventcount, one_worker) {
    EXPECT_EQ(model(one_worker).failure, "");
}

TEST(eventcount, two_workers) {
    EXPECT_EQ(model(large, two_workers).failure, "");
}

TEST(eventcount, two_submit) {
    EXPECT_EQ(model(large, two_submit).failure, "");
}

TEST(eventcount, submitting_cheaply) {
    EXPECT_EQ(model(submitting_cheaply).failure, "");
}

TEST(eventcount, waking_all) {
    EXPECT_EQ(model(large, waking_all).failure, "");
}

TEST(eventcount, a_wake_up_publishes) {
    EXPECT_EQ(model(a_wake_up_publishes).failure, "");
}

TEST(eventcount, needs_every_order_but_those_of_counting) {
    EXPECT_THAT(unneeded_orders(large, one_worker, submitting_cheaply, a_wake_up_publishes,
                                two_submit, two_workers, waking_all),
                ElementsAre(
                    // Of notify(), retract() and notify_all(): announce() and the load of notify()
                    // carry the total order; a failed swap finds nothing older than that load.
                    "compare_exchange on failure seq_cst -> acquire",
                    "compare_exchange on failure seq_cst -> acquire",
                    "compare_exchange on failure seq_cst -> acquire",
                    "compare_exchange seq_cst -> acq_rel", "compare_exchange seq_cst -> acq_rel",
                    "compare_exchange seq_cst -> acq_rel",
                    // search_began() and search_ended() count.
                    "fetch_add seq_cst -> acq_rel", "fetch_sub seq_cst -> acq_rel",
                    // The load of notify_all(), which swaps in any case.
                    "load seq_cst -> acquire"));
}

}  // namespace troika::testing
