// SPDX-License-Identifier: MIT
// The state that futures share under every interleaving: who sees that it is done sees the result,
// each waiter is told once or never, the last who leaves destroys, and each memory order is needed.
#include <troika/core/future_state.hpp>
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "model/unneeded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace troika::testing {
namespace {

using ::testing::ElementsAre;

struct answer;

struct asker {
    explicit asker(answer& to) : of(&to) {}

    answer* of;
    model_atomics::plain<asker*> next{nullptr};
    model_atomics::plain<int> told{0};
};

struct asker_links {
    static model_atomics::plain<asker*>& next(asker& of) noexcept { return of.next; }
    static void tell(asker& one) noexcept;
};

/// A result with its state, as a future has them.
struct answer {
    answer(model_run& of, std::uint32_t references) : run(&of), state(references) {}

    model_run* run;
    troika::impl::future_state<asker, asker_links, model_atomics> state;
    model_atomics::plain<int> value{0};
    model_atomics::plain<int> note{0};   // changed by one who looks
    std::vector<asker*> told;   // by the thread that completes
    int destroyed = 0;

    void leave() {
        if (state.release()) destroy();
    }
    void destroy() {
        value.write(-1);   // whatever anybody did with it is over
        note.write(-1);
        ++destroyed;
    }
    void give() {
        value.write(1);
        if (state.complete_and_release()) destroy();
    }
    void look() {
        if (state.done()) run->expect(value.read() == 1, "who sees it done sees the result");
    }
};

void asker_links::tell(asker& one) noexcept {
    one.of->told.push_back(&one);
    one.told.write(1);
}

/// One gives the result and goes, one looks and goes.
void giver_and_looker(model_run& run) {
    auto& a = run.make<answer>(run, 2U);
    run.thread([&] { a.give(); });
    run.thread([&] {
        a.look();
        a.note.write(1);
        a.leave();
    });
    run.finally([&] { run.expect(a.destroyed == 1, "destroyed once"); });
}

/// Two look, each with a reference of its own.
void two_lookers(model_run& run) {
    auto& a = run.make<answer>(run, 2U);
    run.thread([&] { a.give(); });
    run.thread([&] {
        a.state.retain();   // for the next thread, as it were
        a.look();
        a.leave();
        a.look();
        a.leave();
    });
    run.finally([&] { run.expect(a.destroyed == 1, "destroyed once"); });
}

void three_leave(model_run& run) {
    auto& a = run.make<answer>(run, 3U);
    run.thread([&] { a.give(); });
    for (int i = 0; i < 2; ++i)
        run.thread([&] {
            a.look();
            a.leave();
        });
    run.finally([&] { run.expect(a.destroyed == 1, "destroyed once"); });
}

/// Somebody begins to wait, and may change their mind.
template <bool leaves>
void a_waiter(model_run& run) {
    auto& a = run.make<answer>(run, 2U);
    auto& w = run.make<asker>(a);
    auto& expected = run.make<std::size_t>(0U);
    run.thread([&] { a.give(); });
    run.thread([&] {
        if (a.state.add(w)) {
            expected = 1;
            if (leaves && a.state.remove(w)) {
                expected = 0;
                w.told.write(2);   // the waiter's place is free again
            }
        } else {
            run.expect(a.value.read() == 1, "too late: the result is there");
        }
        a.leave();
    });
    run.finally([&] {
        run.expect(a.told.size() == expected, "a waiter that stays is told, another is not");
        run.expect(a.destroyed == 1, "destroyed once");
    });
}

/// Two wait, in either order; told in the order in which they came.
void two_waiters(model_run& run) {
    auto& a = run.make<answer>(run, 1U);
    auto& first = run.make<asker>(a);
    auto& second = run.make<asker>(a);
    a.state.add(first);
    auto& expected = run.make<std::size_t>(1U);
    run.thread([&] {
        a.value.write(1);
        a.state.complete();
    });
    run.thread([&] {
        if (a.state.add(second)) expected = 2;
    });
    run.finally([&] {
        run.expect(a.told.size() == expected, "each is told once");
        run.expect(a.told[0] == &first, "who came first is told first");
    });
}

/// One leaves a list in which others come and go.
void comings_and_goings(model_run& run) {
    auto& a = run.make<answer>(run, 1U);
    auto& made = run.make<std::array<asker*, 3>>();
    for (asker*& one : made) one = &run.make<asker>(a);
    a.state.add(*made[0]);
    a.state.add(*made[2]);
    auto& stays = run.make<std::array<bool, 2>>();
    run.thread([&] { stays[0] = !a.state.remove(*made[0]); });
    run.thread([&] {
        if (a.state.add(*made[1])) stays[1] = !a.state.remove(*made[1]);
    });
    run.finally([&] {
        run.expect(!stays[0] && !stays[1], "nobody was told");
        a.state.complete();
        run.expect(a.told == std::vector<asker*>{made[2]}, "one is left");
    });
}

/// Two leave from the middle of the list, which does not change the word.
void two_leave_the_middle(model_run& run) {
    auto& a = run.make<answer>(run, 1U);
    auto& made = run.make<std::array<asker*, 3>>();
    for (asker*& one : made) {
        one = &run.make<asker>(a);
        a.state.add(*one);
    }
    for (std::size_t t = 0; t < 2; ++t)
        run.thread([&, t] { run.expect(a.state.remove(*made[t]), "found"); });
    run.finally([&] {
        a.state.complete();
        run.expect(a.told == std::vector<asker*>{made[2]}, "one is left");
    });
}

/// One leaves while references come and go and the result is given.
void leaving_while_it_is_given(model_run& run) {
    auto& a = run.make<answer>(run, 2U);
    auto& leaver = run.make<asker>(a);
    auto& stayer = run.make<asker>(a);
    a.state.add(leaver);
    a.state.add(stayer);
    auto& left = run.make<bool>(false);
    run.thread([&] { a.give(); });
    run.thread([&] {
        left = a.state.remove(leaver);
        if (left) leaver.told.write(2);
        a.state.retain();
        a.leave();
        a.leave();
    });
    run.finally([&] {
        run.expect(a.told.size() == (left ? 1U : 2U), "told, or left in time");
        run.expect(a.told.back() == &stayer, "the other is told in any case");
        run.expect(a.destroyed == 1, "destroyed once");
    });
}

}  // namespace

TEST(future_state, giver_and_looker) {
    EXPECT_EQ(model(giver_and_looker).failure, "");
}

TEST(future_state, two_lookers) {
    EXPECT_EQ(model(two_lookers).failure, "");
}

TEST(future_state, three_leave) {
    EXPECT_EQ(model(three_leave).failure, "");
}

TEST(future_state, a_waiter_stays) {
    EXPECT_EQ(model(a_waiter<false>).failure, "");
}

TEST(future_state, a_waiter_leaves) {
    EXPECT_EQ(model(a_waiter<true>).failure, "");
}

TEST(future_state, two_waiters) {
    EXPECT_EQ(model(two_waiters).failure, "");
}

TEST(future_state, comings_and_goings) {
    EXPECT_EQ(model(comings_and_goings).failure, "");
}

TEST(future_state, two_leave_the_middle) {
    EXPECT_EQ(model(two_leave_the_middle).failure, "");
}

TEST(future_state, leaving_while_it_is_given) {
    EXPECT_EQ(model(leaving_while_it_is_given).failure, "");
}

TEST(future_state, needs_every_order) {
    EXPECT_THAT(unneeded_orders({.weaken_in = "future_state.hpp"}, giver_and_looker, two_lookers,
                                three_leave, a_waiter<false>, a_waiter<true>, two_waiters,
                                comings_and_goings, two_leave_the_middle,
                                leaving_while_it_is_given),
                ElementsAre());
}

}  // namespace troika::testing
