// SPDX-License-Identifier: MIT
#include <troika/core/future_state.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace troika::impl {
namespace {

struct asker {
    explicit asker(std::vector<asker*>& told_in_order) : told(&told_in_order) {}

    std::vector<asker*>* told;
    std_atomics::plain<asker*> next{nullptr};
};

struct asker_links {
    static std_atomics::plain<asker*>& next(asker& of) noexcept { return of.next; }
    static void tell(asker& one) noexcept { one.told->push_back(&one); }
};

using state_of_askers = future_state<asker, asker_links>;

}  // namespace

TEST(future_state, the_last_reference_is_said_once) {
    state_of_askers state(1);
    EXPECT_TRUE(state.unshared());
    state.retain();
    EXPECT_FALSE(state.unshared());
    EXPECT_FALSE(state.release());
    EXPECT_TRUE(state.release());
}

TEST(future_state, work_that_nobody_looks_at_is_destroyed_without_being_marked) {
    state_of_askers state(1);
    EXPECT_TRUE(state.complete_and_release());
    EXPECT_FALSE(state.done());
}

TEST(future_state, is_done_once_completed) {
    state_of_askers state(2);
    EXPECT_FALSE(state.done());
    EXPECT_FALSE(state.complete_and_release());
    EXPECT_TRUE(state.done());
    EXPECT_TRUE(state.release());
}

TEST(future_state, waiters_are_told_in_order_and_may_leave) {
    std::vector<asker*> told;
    state_of_askers state(2);
    asker first(told);
    asker leaves(told);
    asker last(told);
    for (asker* one : {&first, &leaves, &last}) EXPECT_TRUE(state.add(*one));
    EXPECT_TRUE(state.remove(leaves));
    EXPECT_FALSE(state.remove(leaves));
    EXPECT_FALSE(state.complete_and_release());
    EXPECT_EQ(told, (std::vector{&first, &last}));
    EXPECT_FALSE(state.remove(last));
    EXPECT_FALSE(state.add(leaves));
    EXPECT_TRUE(state.release());
}

TEST(future_state, a_producer_may_keep_its_reference) {
    std::vector<asker*> told;
    state_of_askers state(1);
    asker only(told);
    EXPECT_TRUE(state.add(only));
    state.complete();
    EXPECT_EQ(told, std::vector{&only});
    EXPECT_TRUE(state.unshared());
}

}  // namespace troika::impl
