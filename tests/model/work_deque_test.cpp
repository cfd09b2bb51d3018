// SPDX-License-Identifier: MIT
// The deque of the pool under every interleaving: each item is taken once, by somebody who sees
// what its owner wrote, and each memory order is needed.
#include <troika/pool/work_deque.hpp>
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "model/unneeded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>

namespace troika::testing {
namespace {

using ::testing::ElementsAre;

struct job {
    model_atomics::plain<int> input{0};
    int taken = 0;
};

/// A deque, the jobs that go through it, and the checks that all scenarios share.
class bench {
public:
    using deque = troika::impl::work_deque<job*, model_atomics>;

    bench(model_run& run, std::size_t capacity) : run_(&run), items_(capacity) {}

    void push(std::size_t index) {
        jobs_[index].input.write(1);
        run_->expect(items_.push(&jobs_[index]), "there is memory for an item");
    }
    bool pop() { return take(items_.pop()); }
    deque::theft steal() {
        job* stolen = nullptr;
        const deque::theft result = items_.steal(stolen);
        if (result == deque::theft::taken) take(stolen);
        return result;
    }
    bool pop_if(std::size_t index) {
        const bool found = items_.pop_if(&jobs_[index]);
        if (found) take(&jobs_[index]);
        return found;
    }

    /// Takes what is left; the first `count` jobs have gone through the deque.
    void check(std::size_t count) {
        while (pop()) {}
        run_->expect(items_.empty(), "the deque is empty in the end");
        for (std::size_t i = 0; i < count; ++i)
            run_->expect(jobs_[i].taken == 1, "each job is taken once");
    }

private:
    bool take(job* one) {
        if (one == nullptr) return false;
        run_->expect(one->input.read() == 1, "who takes a job sees what was written for it");
        ++one->taken;
        return true;
    }

    model_run* run_;
    std::array<job, 4> jobs_;
    deque items_;
};

using theft = bench::deque::theft;

/// The owner pushes two and pops two; a thief takes what it can.
void one_thief(model_run& run) {
    auto& b = run.make<bench>(run, 4u);
    run.thread([&] {
        b.push(0);
        b.push(1);
        b.pop();
        b.pop();
    });
    run.thread([&] {
        b.steal();
        b.steal();
    });
    run.finally([&] { b.check(2); });
}

/// Two thieves and the owner are after the same two items.
void two_thieves(model_run& run) {
    auto& b = run.make<bench>(run, 4u);
    run.thread([&] {
        b.push(0);
        b.push(1);
        b.pop();
    });
    for (int t = 0; t < 2; ++t) run.thread([&] { b.steal(); });
    run.finally([&] { b.check(2); });
}

/// The ring is replaced by a wider one under the hands of a thief.
void growing(model_run& run) {
    auto& b = run.make<bench>(run, 1u);
    run.thread([&] {
        b.push(0);
        b.push(1);
        b.push(2);
        b.pop();
    });
    run.thread([&] { b.steal(); });
    run.finally([&] { b.check(3); });
}

/// A slot is used again after its item was stolen.
void reusing(model_run& run) {
    auto& b = run.make<bench>(run, 2u);
    b.push(0);
    b.push(1);
    run.thread([&] {
        b.pop();
        b.push(2);
        b.push(3);
    });
    run.thread([&] {
        b.steal();
        b.steal();
    });
    run.finally([&] { b.check(4); });
}

/// The owner takes back what it has just pushed, unless it was stolen.
void taking_back(model_run& run) {
    auto& b = run.make<bench>(run, 2u);
    run.thread([&] {
        b.push(0);
        b.push(1);
        const bool had = b.pop_if(1);
        b.push(2);
        static_cast<void>(had);
        b.pop_if(2);
        b.pop_if(0);
    });
    run.thread([&] { b.steal(); });
    run.finally([&] { b.check(3); });
}

}  // namespace

TEST(work_deque, one_thief) {
    EXPECT_EQ(model(one_thief).failure, "");
}

TEST(work_deque, two_thieves) {
    EXPECT_EQ(model(two_thieves).failure, "");
}

TEST(work_deque, growing) {
    EXPECT_EQ(model(growing).failure, "");
}

TEST(work_deque, reusing) {
    EXPECT_EQ(model(reusing).failure, "");
}

TEST(work_deque, taking_back) {
    EXPECT_EQ(model(taking_back).failure, "");
}

TEST(work_deque, a_theft_that_nobody_else_wants_succeeds) {
    EXPECT_EQ(model([](model_run& run) {
                  auto& b = run.make<bench>(run, 2u);
                  b.push(0);
                  run.thread([&] { run.expect(b.steal() == theft::taken, "it is there"); });
                  run.finally([&] { b.check(1); });
              }).failure,
              "");
}

TEST(work_deque, needs_every_order_but_five) {
    EXPECT_THAT(unneeded_orders({.weaken_in = "work_deque.hpp"}, one_thief, two_thieves, growing,
                                reusing, taking_back),
                ElementsAre(
                    // The two swaps of top_: the loads around them are in the total order.
                    "compare_exchange seq_cst -> acq_rel", "compare_exchange seq_cst -> acq_rel",
                    // Of make_room(): keeps a new item out of a slot that a thief still reads,
                    // which is load buffering and therefore not explored. It is needed.
                    "load acquire -> relaxed",
                    // The two of size(): a hint, for whose users a barrier stands before it.
                    "load seq_cst -> acquire", "load seq_cst -> acquire"));
}

}  // namespace troika::testing
