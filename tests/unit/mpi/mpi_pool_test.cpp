// SPDX-License-Identifier: MIT
#include <troika/mpi/mpi_pool.hpp>

#include "conformance/executor_suite.hpp"
#include "unit/fs/scratch_directory.hpp"

#include <troika/loop/run.hpp>
#include <troika/proc/remote_error.hpp>
#include <troika/proc/shared_array.hpp>
#include <troika/proc/wire_error.hpp>
#include <troika/tasks/gather.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <numeric>
#include <set>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace troika {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// ---- what ranks are asked for

int twice(int number) { return 2 * number; }
int own_rank() { return mpi_rank(); }
/// Another number at each call.
int rank_for(int) {
    static int calls = 0;
    return 1000 * mpi_rank() + ++calls;
}
int own_pid() { return ::getpid(); }
void nothing() {}
int odd_only(int number) {
    if (number % 2 == 0) throw std::domain_error("even: " + std::to_string(number));
    return number;
}
struct strange {};
void throw_strange() { throw strange(); }
std::vector<double> scaled(std::vector<double> values, double by) {
    for (double& each : values) each *= by;
    return values;
}
std::vector<std::string> backwards(std::vector<std::string> lines) {
    std::ranges::reverse(lines);
    return lines;
}
std::size_t total_size(const std::vector<std::string>& lines) {
    return std::accumulate(lines.begin(), lines.end(), std::size_t{0},
                           [](std::size_t sum, const std::string& each) {
                               return sum + each.size();
                           });
}
bool wait_for_stop(std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    return true;
}
bool ask_for_stop() {
    while (!this_call::stop_requested()) std::this_thread::yield();
    return true;
}
/// Takes about so long.
void doze(int milliseconds) {
    const auto end = std::chrono::steady_clock::now() + milliseconds * 1ms;
    while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
}
int have_a_pool() {
    const mpi_pool own;
    return 0;
}
int& prepared_with() {
    static int value = 0;
    return value;
}
void prepare(int value) { prepared_with() = value; }
int prepared() { return prepared_with(); }
void fail_to_prepare() { throw std::runtime_error("no model"); }
float first_of(const shared_array<float>& values) { return values[0]; }

// ---- as every executor

using ranks = ::testing::Types<mpi_pool>;
INSTANTIATE_TYPED_TEST_SUITE_P(Ranks, Executor, ranks);

// ---- calls

TEST(mpi_pool, calls_functions_in_other_ranks) {
    mpi_pool pool;
    EXPECT_GE(pool.size(), 1U);
    EXPECT_EQ(pool.submit<&twice>(21).get(), 42);
    pool.submit<&nothing>().get();
    EXPECT_NE(pool.submit<&own_rank>().get(), 0);
    EXPECT_EQ(mpi_rank(), 0);
    EXPECT_EQ(pool.submit([](int a, int b) { return a + b; }, 1, 2).get(), 3);
    EXPECT_EQ(pool.submit(twice, 3).get(), 6);
}

TEST(mpi_pool, says_who_its_workers_are) {
    mpi_pool pool;
    std::set<int> pids;
    for (const rank_info& each : pool.workers()) {
        EXPECT_GE(each.rank, 1);
        EXPECT_FALSE(each.host.empty());
        EXPECT_FALSE(each.lost);
        EXPECT_GE(each.processors, 1U);
        pids.insert(each.pid);
    }
    EXPECT_EQ(pids.size(), pool.size());
    EXPECT_TRUE(pids.contains(pool.submit<&own_pid>().get()));
}

TEST(mpi_pool, keeps_all_ranks_busy) {
    mpi_pool pool;
    std::vector<future<int>> answers;
    for (int i = 0; i < 20'000; ++i) answers.push_back(pool.submit<&twice>(i));
    for (int i = 0; i < 20'000; ++i)
        ASSERT_EQ(answers[static_cast<std::size_t>(i)].get(), 2 * i);
    EXPECT_EQ(pool.stats().completed, 20'000U);
    EXPECT_EQ(pool.stats().running, 0U);
    std::set<int> used;
    std::vector<future<void>> busy;
    std::vector<future<int>> who;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        busy.push_back(pool.submit<&doze>(20));
        who.push_back(pool.submit<&own_rank>());
    }
    for (future<int>& each : who) used.insert(each.get());
    EXPECT_EQ(used.size(), pool.size());
}

TEST(mpi_pool, is_awaited_in_a_loop) {
    mpi_pool pool;
    auto main = [&]() -> task<int> {
        auto both = co_await gather(pool.submit<&twice>(1), pool.submit<&twice>(2));
        auto& [a, b] = both;
        co_return a + b;
    };
    for (int i = 0; i < 50; ++i) EXPECT_EQ(run(main()), 6);
}

TEST(mpi_pool, maps_with_a_journal) {
    const testing_fs::scratch_directory directory;
    const std::string path = (directory / "results").native();
    const std::vector<int> inputs{1, 2, 3, 4, 5, 6};
    std::vector<int> first;
    {
        mpi_pool pool;
        map_journal journal(path);
        for (const int each : pool.map<&rank_for>(std::span(inputs).first(3), journal))
            first.push_back(each);
    }
    mpi_pool pool;
    map_journal journal(path);
    std::vector<int> all;
    for (const int each : pool.map<&rank_for>(inputs, journal, {.chunk = 2})) all.push_back(each);
    EXPECT_EQ(journal.stats().reused, 3U);
    EXPECT_EQ(all.size(), inputs.size());
    EXPECT_TRUE(std::ranges::equal(std::span(all).first(3), first));
}

TEST(mpi_pool, maps_as_completed) {
    mpi_pool pool;
    std::vector<int> inputs(1000);
    std::iota(inputs.begin(), inputs.end(), 0);
    std::multiset<int> seen;
    for (const int each : pool.map<&twice>(inputs, {.chunk = 10, .ordered = false}))
        seen.insert(each);
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(*seen.rbegin(), 1998);
}

// ---- errors

TEST(mpi_pool, errors_arrive_with_type_or_with_the_rank) {
    mpi_pool pool;
    EXPECT_THROW(pool.submit<&odd_only>(2).get(), std::domain_error);
    try {
        pool.submit<&throw_strange>().get();
        FAIL();
    } catch (const remote_error& error) {
        EXPECT_THAT(error.where(), HasSubstr("rank "));
        EXPECT_THAT(error.where(), HasSubstr(pool.workers().front().host));
        EXPECT_THAT(error.type_name(), HasSubstr("strange"));
    }
    EXPECT_EQ(pool.submit<&odd_only>(3).get(), 3);
}

TEST(mpi_pool, refuses_what_cannot_cross_to_another_machine) {
    mpi_pool pool;
    const shared_array<float> values(4);
    EXPECT_THROW(pool.submit<&first_of>(values).get(), wire_error);
    EXPECT_EQ(pool.submit<&twice>(1).get(), 2);
}

TEST(mpi_pool, there_is_one_at_a_time) {
    mpi_pool pool;
    EXPECT_THROW(mpi_pool(), std::logic_error);
    EXPECT_THROW(pool.submit<&have_a_pool>().get(), std::logic_error);
    EXPECT_THROW(mpi_pool({.workers = 0}), std::invalid_argument);
}

TEST(mpi_pool, may_have_fewer_workers) {
    mpi_pool pool({.workers = 1});
    EXPECT_EQ(pool.size(), 1U);
    const int only = pool.submit<&own_pid>().get();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(pool.submit<&own_pid>().get(), only);
}

// ---- large messages

TEST(mpi_pool, large_values_cross_in_parts) {
    mpi_pool pool;
    std::vector<double> values(3'000'001);
    std::iota(values.begin(), values.end(), 0.0);
    const std::vector<double> back = pool.submit<&scaled>(values, 2.0).get();
    ASSERT_EQ(back.size(), values.size());
    for (std::size_t i = 0; i < back.size(); i += 1001)
        ASSERT_EQ(back[i], 2.0 * static_cast<double>(i));
    EXPECT_EQ(back.back(), 6'000'000.0);
}

TEST(mpi_pool, messages_of_every_size_cross) {
    mpi_pool pool;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2000},
                                   std::size_t{2040}, std::size_t{2041}, std::size_t{2042},
                                   std::size_t{2043}, std::size_t{2044}, std::size_t{131'072},
                                   std::size_t{133'115}, std::size_t{262'144}}) {
        std::vector<double> values(size, 1.5);
        EXPECT_EQ(pool.submit<&scaled>(values, 2.0).get(), std::vector<double>(size, 3.0)) << size;
    }
}

TEST(mpi_pool, many_pieces_cross) {
    mpi_pool pool;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < 500; ++i)
        lines.emplace_back(i * 40, static_cast<char>('a' + i % 26));
    std::vector<std::string> expected = lines;
    std::ranges::reverse(expected);
    EXPECT_EQ(pool.submit<&backwards>(lines).get(), expected);
}

TEST(mpi_pool, large_values_cross_both_ways_at_once) {
    mpi_pool pool;
    const std::vector<double> values(500'000, 1.0);
    std::vector<future<std::vector<double>>> answers;
    for (int i = 0; i < 12; ++i) answers.push_back(pool.submit<&scaled>(values, 1.0 * i));
    for (int i = 0; i < 12; ++i)
        EXPECT_EQ(answers[static_cast<std::size_t>(i)].get().back(), 1.0 * i);
}

TEST(mpi_pool, large_arguments_of_calls_that_fail) {
    mpi_pool pool;
    const std::vector<std::string> lines(100, std::string(100'000, 'x'));
    std::vector<future<std::size_t>> answers;
    for (int i = 0; i < 10; ++i) answers.push_back(pool.submit<&total_size>(lines));
    for (int i = 5; i < 10; ++i) answers[static_cast<std::size_t>(i)].cancel();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), 10'000'000U);
}

// ---- cancellation

/// Whether a call that was asked to stop has ended in one of the ways it may.
bool ended(future<bool>& which) {
    try {
        return which.get();   // it had begun
    } catch (const cancelled&) {
        return true;          // it had not
    }
}

TEST(mpi_pool, cancels_what_has_not_begun) {
    mpi_pool pool({.workers = 1});
    auto first = pool.submit<&wait_for_stop>();
    std::vector<future<int>> later;
    for (int i = 0; i < 10; ++i) later.push_back(pool.submit<&twice>(i));
    for (future<int>& each : later) each.cancel();
    first.cancel();
    for (future<int>& each : later) EXPECT_THROW(each.get(), cancelled);
    EXPECT_TRUE(ended(first));
}

TEST(mpi_pool, asks_running_calls_to_stop) {
    mpi_pool pool;
    auto by_token = pool.submit<&wait_for_stop>();
    auto by_question = pool.submit<&ask_for_stop>();
    by_token.cancel();
    by_question.cancel();
    EXPECT_TRUE(ended(by_token));
    EXPECT_TRUE(ended(by_question));
    EXPECT_EQ(pool.submit<&twice>(4).get(), 8);
}

TEST(mpi_pool, shutdown_cancels_what_is_pending) {
    mpi_pool pool({.workers = 1});
    std::vector<future<void>> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(pool.submit<&doze>(5));
    pool.shutdown({.cancel_pending = true});
    int done = 0;
    for (future<void>& each : calls) {
        try {
            each.get();
            ++done;
        } catch (const cancelled&) {
        }
    }
    EXPECT_LT(done, 50);
    EXPECT_THROW(pool.submit<&twice>(1), std::runtime_error);
}

// ---- broadcast

std::vector<double>& table() {
    static std::vector<double> values;
    return values;
}
int keep_table(std::vector<double> values) {
    table() = std::move(values);
    return mpi_rank();
}
double sum_of_table() { return std::accumulate(table().begin(), table().end(), 0.0); }
int fail_on_two() {
    if (mpi_rank() == 2) throw std::domain_error("two");
    return mpi_rank();
}

TEST(mpi_pool, a_broadcast_reaches_all_ranks) {
    mpi_pool pool;
    for (const std::size_t size : {std::size_t{3}, std::size_t{5000}, std::size_t{700'000}}) {
        std::vector<double> values(size, 0.5);
        std::vector<int> seen;
        for (future<int>& each : pool.broadcast<&keep_table>(values)) seen.push_back(each.get());
        std::vector<int> expected;
        for (const rank_info& each : pool.workers()) expected.push_back(each.rank);
        EXPECT_EQ(seen, expected);
        for (future<double>& each : pool.broadcast<&sum_of_table>())
            EXPECT_EQ(each.get(), 0.5 * static_cast<double>(size));
    }
}

TEST(mpi_pool, a_broadcast_goes_to_busy_ranks_as_well) {
    mpi_pool pool;
    std::vector<future<int>> calls;
    for (int i = 0; i < 2000; ++i) calls.push_back(pool.submit<&twice>(i));
    auto all = pool.broadcast<&fail_on_two>();
    for (int i = 0; i < 2000; ++i) EXPECT_EQ(calls[static_cast<std::size_t>(i)].get(), 2 * i);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (pool.workers()[i].rank == 2)
            EXPECT_THROW(all[i].get(), std::domain_error);
        else
            EXPECT_EQ(all[i].get(), pool.workers()[i].rank);
    }
}

TEST(mpi_pool, a_broadcast_refuses_what_cannot_cross) {
    mpi_pool pool;
    const shared_array<float> values(4);
    for (future<float>& each : pool.broadcast<&first_of>(values))
        EXPECT_THROW(each.get(), wire_error);
    EXPECT_EQ(pool.submit<&twice>(1).get(), 2);
}

TEST(mpi_pool, a_broadcast_can_be_cancelled) {
    mpi_pool pool;
    auto all = pool.broadcast<&wait_for_stop>();
    for (future<bool>& each : all) each.cancel();
    for (future<bool>& each : all) EXPECT_TRUE(ended(each));
}

// ---- preparation

TEST(mpi_pool, prepares_each_worker_first) {
    mpi_pool pool({}, initializer<&prepare>, 17);
    std::vector<future<int>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(pool.submit<&prepared>());
    for (future<int>& each : answers) EXPECT_EQ(each.get(), 17);
}

TEST(mpi_pool, a_preparation_that_fails_breaks_it) {
    mpi_pool pool({}, initializer<&fail_to_prepare>);
    try {
        pool.submit<&twice>(1).get();   // one of them fails
        FAIL();
    } catch (const broken_pool& error) {
        EXPECT_THAT(error.what(), HasSubstr("initializer"));
    }
    EXPECT_THROW(pool.submit<&twice>(1), broken_pool);
}

}  // namespace
}  // namespace troika
