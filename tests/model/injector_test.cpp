// SPDX-License-Identifier: MIT
// The injector of the pool under every interleaving: what many threads put in comes out once, whole
// and in the order of each of them, and each memory order is needed.
#include <troika/pool/injector.hpp>
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "model/unneeded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troika::testing {
namespace {

using ::testing::ElementsAre;
using link = model_atomics::atomic<std::uintptr_t>;

struct letter {
    explicit letter(std::size_t number) : index(number) {}

    const std::size_t index;
    link next{0};
    model_atomics::plain<int> text{0};
    int taken = 0;
};

struct links {
    static link& next(std::uintptr_t bits) noexcept {
        if ((bits & 1) != 0) return *reinterpret_cast<link*>(bits - 1);
        return reinterpret_cast<letter*>(bits)->next;
    }
    static std::uintptr_t stub(link& of) noexcept {
        return reinterpret_cast<std::uintptr_t>(&of) + 1;
    }
};

class post {
public:
    explicit post(model_run& run) : run_(&run) {}

    void put(std::size_t index) {
        // Made here, so that only a push makes it known.
        letters_[index] = &run_->make<letter>(index);
        letters_[index]->text.write(1);
        box_.push(reinterpret_cast<std::uintptr_t>(letters_[index]));
    }
    /// Returns: how many were taken.
    std::size_t take(std::size_t count_max) {
        return box_.take(count_max, [&](std::uintptr_t bits) {
            auto& one = *reinterpret_cast<letter*>(bits);
            run_->expect(one.text.read() == 1, "who takes a letter can read it");
            ++one.taken;
            // Whoever takes a letter may throw it away.
            one.text.write(0);
            order_.push_back(one.index);
        });
    }
    void check(std::size_t count) {
        while (take(count) != 0) {}
        run_->expect(box_.empty(), "nothing is left");
        for (std::size_t i = 0; i < count; ++i)
            run_->expect(letters_[i]->taken == 1, "each letter is taken once");
    }
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
    [[nodiscard]] bool empty() const { return box_.empty(); }

private:
    model_run* run_;
    std::array<letter*, 4> letters_{};
    std::vector<std::size_t> order_;   // only looked at in the end
    troika::impl::injector<std::uintptr_t, links, model_atomics> box_;
};

/// One thread puts in, another takes out what is there.
void one_and_one(model_run& run) {
    auto& p = run.make<post>(run);
    run.thread([&] {
        p.put(0);
        p.put(1);
    });
    run.thread([&] { p.take(2); });
    run.finally([&] {
        p.check(2);
        run.expect(p.order() == std::vector<std::size_t>{0, 1}, "first in, first out");
    });
}

/// Two put in while one takes out.
void two_producers(model_run& run) {
    auto& p = run.make<post>(run);
    for (std::size_t t = 0; t < 2; ++t) run.thread([&, t] { p.put(t); });
    run.thread([&] { p.take(2); });
    run.finally([&] { p.check(2); });
}

/// Two take out what is there before and what comes.
void two_consumers(model_run& run) {
    auto& p = run.make<post>(run);
    p.put(0);
    run.thread([&] { p.put(1); });
    for (int t = 0; t < 2; ++t) run.thread([&] { p.take(1); });
    run.finally([&] { p.check(2); });
}

/// A consumer takes several times, while the stub goes round.
void again_and_again(model_run& run) {
    auto& p = run.make<post>(run);
    run.thread([&] {
        p.put(0);
        p.put(1);
        p.put(2);
    });
    run.thread([&] {
        p.take(1);
        p.take(1);
    });
    run.finally([&] {
        p.check(3);
        run.expect(p.order() == std::vector<std::size_t>{0, 1, 2}, "first in, first out");
    });
}

/// Two threads each put something in and look whether the other has: one of them sees it.
void looking_after_putting(model_run& run) {
    auto& p = run.make<post>(run);
    auto& announced = run.make<model_atomics::atomic<int>>(0);
    auto& missed = run.make<std::array<bool, 2>>();
    run.thread([&] {
        p.put(0);
        missed[0] = announced.load(std::memory_order_seq_cst) == 0;
    });
    run.thread([&] {
        announced.store(1, std::memory_order_seq_cst);
        missed[1] = p.empty();
    });
    run.finally([&] {
        run.expect(!missed[0] || !missed[1], "one of the two sees the other");
        p.check(1);
    });
}

}  // namespace

TEST(injector, one_and_one) {
    EXPECT_EQ(model(one_and_one).failure, "");
}

TEST(injector, two_producers) {
    EXPECT_EQ(model(two_producers).failure, "");
}

TEST(injector, two_consumers) {
    EXPECT_EQ(model(two_consumers).failure, "");
}

TEST(injector, again_and_again) {
    EXPECT_EQ(model(again_and_again).failure, "");
}

TEST(injector, looking_after_putting) {
    EXPECT_EQ(model(looking_after_putting).failure, "");
}

TEST(injector, needs_every_order_but_one) {
    EXPECT_THAT(unneeded_orders({.weaken_in = "injector.hpp"}, one_and_one, two_producers,
                                two_consumers, again_and_again, looking_after_putting),
                ElementsAre(
                    // What stands before the stub: the exchange that has put the stub in has
                    // acquired all pushes before.
                    "load acquire -> relaxed"));
}

}  // namespace troika::testing
