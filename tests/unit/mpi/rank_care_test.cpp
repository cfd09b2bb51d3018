// SPDX-License-Identifier: MIT
// Ranks that are lost.
#include <troika/mpi/mpi_pool.hpp>

#include <troika/core/errors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace troika {
namespace {

using ::testing::HasSubstr;

int twice(int number) { return 2 * number; }
int own_rank() { return mpi_rank(); }
bool wait_for_stop(std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    return true;
}
bool ask_for_stop() {
    while (!this_call::stop_requested()) std::this_thread::yield();
    return true;
}
int& prepared_with() {
    static int with = 0;
    return with;
}
void prepare(int value) { prepared_with() = value; }
int prepared() { return prepared_with(); }
int die(int signal) {
    std::raise(signal);
    return 0;
}

TEST(rank_care_lost, a_rank_fails_its_call_and_no_other) {
    mpi_pool pool;
    const std::size_t before = pool.size();
    auto deadly = pool.submit<&die>(SIGKILL);
    std::vector<future<int>> others;
    for (int i = 0; i < 200; ++i) others.push_back(pool.submit<&twice>(i));
    try {
        deadly.get();
        FAIL();
    } catch (const worker_died& error) {
        EXPECT_EQ(error.host(), pool.workers().front().host);
        EXPECT_GE(error.worker(), 1U);
        EXPECT_THAT(error.what(), HasSubstr("rank "));
    }
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(others[static_cast<std::size_t>(i)].get(), 2 * i);
    EXPECT_EQ(pool.stats().lost, 1U);
    EXPECT_EQ(pool.size(), before);
    EXPECT_EQ(std::ranges::count(pool.workers(), true, &rank_info::lost), 1);
}

int die_or_not(int rank) {
    if (mpi_rank() == rank) std::raise(SIGKILL);
    return mpi_rank();
}

TEST(rank_care_lost, a_rank_fails_its_part_of_a_broadcast) {
    mpi_pool pool;
    const int last = pool.workers().back().rank;
    auto all = pool.broadcast<&die_or_not>(last);
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        EXPECT_EQ(all[i].get(), pool.workers()[i].rank);
    EXPECT_THROW(all.back().get(), worker_died);
    // It is left out by the next, and by what would have gone by way of it.
    auto again = pool.broadcast<&own_rank>();
    for (std::size_t i = 0; i + 1 < again.size(); ++i)
        EXPECT_EQ(again[i].get(), pool.workers()[i].rank);
    EXPECT_THROW(again.back().get(), worker_died);
}

TEST(rank_care_lost, a_rank_fails_those_behind_it_in_a_broadcast) {
    mpi_pool pool;
    // The first rank has the first call, and should pass on to the second, but never begins.
    auto busy = pool.submit<&ask_for_stop>();
    auto all = pool.broadcast<&own_rank>();
    EXPECT_EQ(all[2].get(), pool.workers()[2].rank);
    ::kill(pool.workers()[0].pid, SIGKILL);
    EXPECT_THROW(busy.get(), worker_died);
    EXPECT_THROW(all[0].get(), worker_died);
    EXPECT_THROW(all[1].get(), worker_died);
    EXPECT_EQ(pool.submit<&twice>(4).get(), 8);
}

TEST(rank_care_lost, a_preparation_goes_to_those_who_are_left) {
    {
        mpi_pool pool;
        EXPECT_THROW(pool.submit<&die>(SIGKILL).get(), worker_died);
    }
    mpi_pool pool({}, initializer<&prepare>, 17);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(pool.submit<&prepared>().get(), 17);
}

TEST(rank_care_lost, all_ranks_break_the_pool) {
    mpi_pool pool;
    std::vector<future<int>> deadly;
    for (std::size_t i = 0; i < pool.size(); ++i) deadly.push_back(pool.submit<&die>(SIGKILL));
    auto after = pool.submit<&twice>(1);
    for (future<int>& each : deadly) EXPECT_THROW(each.get(), worker_died);
    EXPECT_THROW(after.get(), broken_pool);
    EXPECT_THROW(pool.submit<&twice>(1), broken_pool);
}

TEST(rank_care_lost, a_rank_stays_lost_for_the_next_pool) {
    {
        mpi_pool pool;
        EXPECT_THROW(pool.submit<&die>(SIGKILL).get(), worker_died);
    }
    mpi_pool pool;
    EXPECT_EQ(pool.stats().lost, 1U);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(pool.submit<&twice>(i).get(), 2 * i);
}

// ---- a host that is cut off: tests/e2e/mpi_hosts_test.py, which cuts it

TEST(rank_care_cut, a_host_fails_the_calls_of_its_ranks) {
    mpi_pool pool;
    const rank_info far = pool.workers().back();
    auto waiting = pool.broadcast<&wait_for_stop>();
    std::cout << "cut off " << far.host << std::endl;
    try {
        waiting.back().get();
        FAIL();
    } catch (const worker_died& error) {
        EXPECT_EQ(error.host(), far.host);
        EXPECT_EQ(error.worker(), static_cast<std::size_t>(far.rank));
    }
    waiting.pop_back();
    for (future<bool>& each : waiting) each.cancel();
    for (future<bool>& each : waiting) EXPECT_TRUE(each.get());
    for (int i = 0; i < 100; ++i) EXPECT_EQ(pool.submit<&twice>(i).get(), 2 * i);
    EXPECT_EQ(pool.stats().lost, 1U);
}

}  // namespace
}  // namespace troika
