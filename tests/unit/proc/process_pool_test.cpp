// SPDX-License-Identifier: MIT
#include <troika/core/errors.hpp>
#include <troika/proc/process_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace troika {
namespace {

using ::testing::HasSubstr;

int twice(int n) { return 2 * n; }
void nothing() {}
std::string joined(const std::vector<std::string>& words, const std::string& between) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : between) + word;
    return all;
}
int number_of_process() { return ::getpid(); }
int fails(int n) {
    if (n < 0) throw std::out_of_range("negative: " + std::to_string(n));
    return n;
}
int ends_by(int signal) {
    std::raise(signal);
    return 0;
}
int exits(int code) { ::_exit(code); }
double sum(const std::vector<double>& of) { return std::accumulate(of.begin(), of.end(), 0.0); }
std::vector<double> many(std::size_t count) { return std::vector<double>(count, 0.5); }
int waits_to_be_stopped() {
    while (!this_call::stop_requested()) std::this_thread::yield();
    return 42;
}
int waits_for_its_token(std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    return 43;
}
int remembers = 0;
void remember(int what) { remembers = what; }
int remembered() { return remembers; }
int never_ends() {
    for (;;) ::pause();
}

const process_pool::options one{.workers = 1};
const process_pool::options two{.workers = 2};

}  // namespace

TEST(process_pool, calls_a_function_in_another_process) {
    process_pool processes(two);
    EXPECT_EQ(processes.submit<&twice>(21).get(), 42);
    EXPECT_NE(processes.submit<&number_of_process>().get(), ::getpid());
    processes.submit<&nothing>().get();
    EXPECT_EQ(processes
                  .submit<&joined>(std::vector<std::string>{"one", "two", "three"},
                                   std::string(", "))
                  .get(),
              "one, two, three");
    EXPECT_EQ(processes.submit(&twice, 4).get(), 8);
}

TEST(process_pool, calls_a_lambda_that_captures_nothing) {
    process_pool processes(one);
    const auto add = [](int a, const std::string& b) { return std::to_string(a) + b; };
    EXPECT_EQ(processes.submit(add, 1, std::string("2")).get(), "12");
    processes.submit([] {}).get();
}

TEST(process_pool, an_initializer_is_called_in_each_worker_first) {
    process_pool processes(two, initializer<&remember>, 17);
    std::vector<future<int>> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(processes.submit<&remembered>());
    for (const future<int>& answer : answers) EXPECT_EQ(answer.get(), 17);
}

TEST(process_pool, an_initializer_that_throws_breaks_the_pool) {
    process_pool processes(one, initializer<&fails>, -5);
    const future<int> answer = processes.submit<&twice>(1);
    try {
        answer.get();
        FAIL();
    } catch (const broken_pool& error) {
        EXPECT_THAT(error.what(), HasSubstr("negative: -5"));
    }
    EXPECT_THROW(processes.submit<&twice>(1), broken_pool);
}

TEST(process_pool, maps_a_range_in_order_or_not) {
    process_pool processes(two);
    std::vector<int> inputs(1000);
    std::iota(inputs.begin(), inputs.end(), 0);
    for (const std::size_t chunk : {1U, 7U, 10'000U}) {
        int next = 0;
        for (const int each : processes.map<&twice>(inputs, {.chunk = chunk}))
            EXPECT_EQ(each, 2 * next++);
        EXPECT_EQ(next, 1000);
        int sum_of_all = 0;
        for (const int each : processes.map<&twice>(inputs, {.chunk = chunk, .ordered = false}))
            sum_of_all += each;
        EXPECT_EQ(sum_of_all, 999'000);
    }
    std::vector<int> seen;
    const auto take = [&] {
        for (const int each : processes.map<&fails>(std::vector{1, 2, -1, 4}, {.chunk = 3}))
            seen.push_back(each);
    };
    EXPECT_THROW(take(), std::exception);
    EXPECT_EQ(seen, (std::vector{1, 2}));
    int left = 3;   // early
    for ([[maybe_unused]] const int each : processes.map<&twice>(inputs))
        if (--left == 0) break;
}

TEST(process_pool, many_calls_have_each_its_result) {
    process_pool processes(two);
    std::vector<future<int>> answers;
    for (int i = 0; i < 10'000; ++i) answers.push_back(processes.submit<&twice>(i));
    for (int i = 0; i < 10'000; ++i)
        EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), 2 * i);
    EXPECT_EQ(processes.stats().completed, 10'000U);
}

TEST(process_pool, what_is_larger_than_the_ring_goes_through_it_in_pieces) {
    process_pool processes({.workers = 2, .ring_bytes = 65'536});
    const std::vector<double> large(1'000'000, 0.25);
    std::vector<future<double>> sums;
    for (int i = 0; i < 4; ++i) sums.push_back(processes.submit<&sum>(large));
    std::vector<future<std::vector<double>>> back;
    for (int i = 0; i < 4; ++i) back.push_back(processes.submit<&many>(1'000'000U));
    for (future<double>& one_sum : sums) EXPECT_EQ(one_sum.get(), 250'000.0);
    for (future<std::vector<double>>& one_back : back)
        EXPECT_EQ(one_back.get(), std::vector<double>(1'000'000, 0.5));
}

TEST(process_pool, exceptions_arrive) {
    process_pool processes(one);
    try {
        processes.submit<&fails>(-1).get();
        FAIL();
    } catch (const std::out_of_range& error) {
        EXPECT_STREQ(error.what(), "negative: -1");
    }
    EXPECT_EQ(processes.submit<&fails>(1).get(), 1);
}

TEST(process_pool, a_worker_that_dies_fails_its_call_and_is_replaced) {
    process_pool processes(one);
    try {
        processes.submit<&ends_by>(SIGXCPU).get();
        FAIL();
    } catch (const worker_died& error) {
        EXPECT_EQ(error.exit_code(), -SIGXCPU);
        EXPECT_THAT(error.what(), HasSubstr("SIGXCPU"));
    }
    try {
        processes.submit<&exits>(3).get();
        FAIL();
    } catch (const worker_died& error) {
        EXPECT_EQ(error.exit_code(), 3);
    }
    EXPECT_EQ(processes.submit<&twice>(1).get(), 2);
    EXPECT_EQ(processes.stats().died, 2U);
}

TEST(process_pool, the_calls_that_a_dead_worker_had_not_begun_are_done_by_another) {
    process_pool processes(one);
    std::vector<future<int>> answers;
    for (int i = 0; i < 100; ++i) {
        answers.push_back(processes.submit<&twice>(i));
        if (i % 10 == 5) answers.push_back(processes.submit<&ends_by>(SIGKILL));
    }
    int died = 0;
    int done = 0;
    for (const future<int>& answer : answers) {
        answer.wait();
        try {
            answer.get();
            ++done;
        } catch (const worker_died&) {
            ++died;
        }
    }
    EXPECT_EQ(died, 10);
    EXPECT_EQ(done, 100);
}

TEST(process_pool, a_call_that_runs_is_asked_to_stop) {
    process_pool processes(one);
    future<int> looks = processes.submit<&waits_to_be_stopped>();
    while (looks.cancel())   // until one has begun
        looks = processes.submit<&waits_to_be_stopped>();
    EXPECT_EQ(looks.get(), 42);
    future<int> has_token = processes.submit<&waits_for_its_token>();
    while (has_token.cancel()) has_token = processes.submit<&waits_for_its_token>();
    EXPECT_EQ(has_token.get(), 43);
}

TEST(process_pool, a_call_that_does_not_heed_it_is_ended) {
    process_pool processes({.workers = 1,
                            .terminate_after = std::chrono::milliseconds(1),
                            .kill_after = std::chrono::milliseconds(1)});
    future<int> stubborn = processes.submit<&never_ends>();
    while (stubborn.cancel()) stubborn = processes.submit<&never_ends>();   // until one has begun
    EXPECT_THROW(stubborn.get(), cancelled);
    EXPECT_EQ(processes.submit<&twice>(1).get(), 2);
}

TEST(process_pool, calls_that_have_not_begun_are_cancelled) {
    process_pool processes(one);
    future<int> runs = processes.submit<&waits_to_be_stopped>();
    std::vector<future<int>> others;
    for (int i = 0; i < 10; ++i) others.push_back(processes.submit<&twice>(i));
    while (processes.stats().running == 0) std::this_thread::yield();
    for (std::size_t i = 0; i < others.size(); i += 2) EXPECT_TRUE(others[i].cancel());
    while (runs.wait_for(duration{}) == false) runs.cancel();
    for (std::size_t i = 0; i < others.size(); ++i) {
        if (i % 2 == 0)
            EXPECT_THROW(others[i].get(), cancelled);
        else
            EXPECT_EQ(others[i].get(), 2 * static_cast<int>(i));
    }
}

TEST(process_pool, options_that_make_no_sense_are_refused) {
    EXPECT_THROW(process_pool({.workers = 0}), std::invalid_argument);
    EXPECT_THROW(process_pool({.calls_per_worker_max = 0}), std::invalid_argument);
    EXPECT_THROW(process_pool({.ring_bytes = 100'000}), std::invalid_argument);
    EXPECT_THROW(process_pool({.ring_bytes = 4096}), std::invalid_argument);
    EXPECT_THROW(process_pool({.kill_after = std::chrono::seconds(-1)}), std::invalid_argument);
}

TEST(process_pool, takes_nothing_after_its_shutdown) {
    process_pool processes(one);
    future<int> before = processes.submit<&twice>(1);
    processes.shutdown();
    EXPECT_TRUE(before.done());
    EXPECT_THROW(processes.submit<&twice>(1), std::runtime_error);
}

TEST(process_pool, workers_are_replaced_after_so_many_calls) {
    process_pool processes({.workers = 1, .calls_per_worker_max = 3});
    std::vector<int> numbers;
    for (int i = 0; i < 9; ++i) numbers.push_back(processes.submit<&number_of_process>().get());
    EXPECT_EQ(numbers[0], numbers[2]);
    EXPECT_NE(numbers[2], numbers[3]);
    EXPECT_NE(numbers[5], numbers[6]);
    EXPECT_EQ(processes.stats().died, 0U);
    while (!processes.pids().empty()) std::this_thread::yield();   // the last one has gone as well
    EXPECT_EQ(processes.stats().started, 3U);
}

}  // namespace troika
