// SPDX-License-Identifier: MIT
#include "mpi/least_busy.hpp"

#include <gtest/gtest.h>

#include <array>

namespace troika::impl {
namespace {

struct worker : list_hook<> {
    std::size_t in_flight = 0;
    std::size_t most = 2;
    [[nodiscard]] bool can_take() const noexcept { return in_flight < most; }
};

class LeastBusy : public ::testing::Test {
protected:
    ~LeastBusy() override {
        for (worker& each : workers) queue.remove(each);
    }
    void give(worker& to) {
        ++to.in_flight;
        queue.update(to);
    }
    void take(worker& from) {
        --from.in_flight;
        queue.update(from);
    }

    least_busy<worker> queue{4};
    std::array<worker, 3> workers;
};

TEST_F(LeastBusy, knows_nobody_at_first) { EXPECT_EQ(queue.find(), nullptr); }

TEST_F(LeastBusy, gives_to_each_in_turn_then_to_each_again) {
    for (worker& each : workers) queue.update(each);
    for (int round = 0; round < 2; ++round)
        for (worker& each : workers) {
            EXPECT_EQ(queue.find(), &each);
            give(each);
        }
    EXPECT_EQ(queue.find(), nullptr);
}

TEST_F(LeastBusy, prefers_who_has_fewer) {
    for (worker& each : workers) queue.update(each);
    for (worker& each : workers) give(each);
    take(workers[1]);
    EXPECT_EQ(queue.find(), &workers[1]);
    give(workers[1]);
    give(workers[0]);
    EXPECT_EQ(queue.find(), &workers[2]);
}

TEST_F(LeastBusy, follows_a_limit_that_grows) {
    queue.update(workers[0]);
    give(workers[0]);
    give(workers[0]);
    EXPECT_EQ(queue.find(), nullptr);
    workers[0].most = 4;
    queue.update(workers[0]);
    EXPECT_EQ(queue.find(), &workers[0]);
}

TEST_F(LeastBusy, forgets_who_was_removed) {
    queue.update(workers[0]);
    queue.remove(workers[0]);
    EXPECT_EQ(queue.find(), nullptr);
}

}  // namespace
}  // namespace troika::impl
