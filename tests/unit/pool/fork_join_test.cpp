// SPDX-License-Identifier: MIT
#include <troika/pool/fork_join.hpp>
#include <troika/pool/thread_pool.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/core/context_var.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/sync/event.hpp>
#include <troika/sync/mutex.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/shield.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/with_cancel_scope.hpp>
#include <troika/tasks/with_timeout.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <variant>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;

task<long> fib(int n) {
    if (n < 2) co_return n;
    auto parts = co_await fork_join(fib(n - 1), fib(n - 2));
    auto& [a, b] = parts;
    co_return a + b;
}

task<int> give(int value) {
    co_await yield_now();
    co_return value;
}
task<int> give_at_once(int value) { co_return value; }
task<void> add_to(std::atomic<int>& sum, int value) {
    sum += value;
    co_return;
}
task<int> fail(const char* what) {
    co_await yield_now();
    throw std::runtime_error(what);
}

/// The same tests on pools of several sizes; none: on an event loop.
class ForkJoin : public ::testing::TestWithParam<std::size_t> {
protected:
    template <class T>
    T run(task<T> work) {
        if (GetParam() == 0) {
            event_loop loop;
            return loop.run(std::move(work));
        }
        thread_pool threads{{.workers = GetParam()}};
        return threads.submit(std::move(work)).get();
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, ForkJoin, ::testing::Values(0, 1, 2, 4));

TEST_P(ForkJoin, AddsUpWhatThievesDidToo) { EXPECT_EQ(run(fib(18)), 2584); }

TEST_P(ForkJoin, OfOneChildIsThatChild) {
    auto main = []() -> task<void> {
        auto parts = co_await fork_join(give(3));
        EXPECT_EQ(std::get<0>(parts), 3);
    };
    run(main());
}

TEST_P(ForkJoin, GivesTenResultsInOrder) {
    auto main = []() -> task<void> {
        auto parts = co_await fork_join(give(0), give_at_once(1), give(2), give_at_once(3), give(4),
                                        give(5), give_at_once(6), give(7), give(8), give(9));
        auto text = [](auto... each) { return (std::to_string(each) + ...); };
        EXPECT_EQ(std::apply(text, parts), "0123456789");
    };
    for (int round = 0; round < 20; ++round) run(main());
}

TEST_P(ForkJoin, MixesNothingReferencesAndWhatCanOnlyBeMoved) {
    int place = 0;
    auto nothing = [](int& into) -> task<void> {
        co_await yield_now();
        into = 5;
    };
    auto box = []() -> task<std::unique_ptr<int>> {
        co_await yield_now();
        co_return std::make_unique<int>(7);
    };
    auto reference = [](int& of) -> task<int&> {
        co_await yield_now();
        co_return of;
    };
    int other = 0;
    auto main = [&]() -> task<void> {
        auto parts = co_await fork_join(nothing(place), box(), reference(other));
        static_assert(std::is_same_v<std::tuple_element_t<0, decltype(parts)>, std::monostate>);
        EXPECT_EQ(*std::get<1>(parts), 7);
        int& same = std::get<2>(parts);
        EXPECT_EQ(&same, &other);
    };
    run(main());
    EXPECT_EQ(place, 5);
}

TEST_P(ForkJoin, OfNothingsGivesNothing) {
    std::atomic<int> sum{0};
    auto main = [&]() -> task<void> {
        co_await fork_join(add_to(sum, 1), add_to(sum, 2), add_to(sum, 3));
    };
    run(main());
    EXPECT_EQ(sum, 6);
}

TEST_P(ForkJoin, OfARangeGivesAVector) {
    auto main = [](int count) -> task<void> {
        std::vector<task<int>> works;
        for (int i = 0; i < count; ++i) works.push_back(i % 2 == 0 ? give(i) : give_at_once(i));
        auto values = co_await fork_join(std::move(works));
        EXPECT_EQ(values.size(), static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
    };
    run(main(0));
    run(main(1));
    run(main(2));
    run(main(2'000));
}

TEST_P(ForkJoin, OfARangeOfNothings) {
    std::atomic<int> sum{0};
    auto main = [&]() -> task<void> {
        std::vector<task<void>> works;
        for (int i = 0; i < 300; ++i) works.push_back(add_to(sum, i));
        co_await fork_join(std::move(works));
        std::vector<task<void>> none;
        co_await fork_join(std::move(none));
    };
    run(main());
    EXPECT_EQ(sum, 44'850);
}

TEST_P(ForkJoin, ThrowsAFailureOnceAllThatBeganHaveEnded) {
    std::atomic<int> running{0};
    auto busy = [](std::atomic<int>& at) -> task<int> {
        ++at;
        for (int i = 0; i < 20; ++i) co_await yield_now();
        --at;
        co_return 1;
    };
    auto main = [&]() -> task<void> {
        std::vector<task<int>> works;
        for (int i = 0; i < 10; ++i) works.push_back(i == 3 ? fail("the third") : busy(running));
        try {
            co_await fork_join(std::move(works));
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "the third");
        }
        EXPECT_EQ(running, 0);
    };
    for (int round = 0; round < 50; ++round) run(main());
}

TEST_P(ForkJoin, TheFirstOfSeveralFailuresIsThrown) {
    auto main = []() -> task<void> {
        try {
            co_await fork_join(fail("one"), fail("two"), fail("three"));
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            const std::string what = error.what();
            EXPECT_TRUE(what == "one" || what == "two" || what == "three");
        }
    };
    for (int round = 0; round < 50; ++round) run(main());
}

TEST(ForkJoinAlone, WhatHasNotBegunWhenOneFailsNeverDoes) {
    int begun = 0;
    auto counting = [](int& count) -> task<int> {
        ++count;
        co_return 1;
    };
    auto failing = []() -> task<int> {
        throw std::runtime_error("first");
        co_return 1;
    };
    auto main = [&]() -> task<void> {
        auto before = counting(begun);
        auto never = counting(begun);
        try {
            co_await fork_join(std::move(before), failing(), std::move(never));
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error&) {
        }
    };
    thread_pool threads{{.workers = 1}};
    threads.submit(main()).get();
    EXPECT_EQ(begun, 1);
}

TEST_P(ForkJoin, IsRefusedInACancelledScope) {
    std::atomic<int> ran{0};
    auto body = [&](cancel_scope& scope) -> task<void> {
        scope.cancel();
        co_await fork_join(add_to(ran, 1), add_to(ran, 1));
    };
    auto main = [&]() -> task<void> {
        bool through = co_await with_cancel_scope(body);
        EXPECT_FALSE(through);
    };
    run(main());
    EXPECT_EQ(ran, 0);
}

TEST_P(ForkJoin, ACancellationReachesTheChildrenThatRunWhereverTheyAre) {
    event never_set;
    std::atomic<int> waiting{0};
    std::atomic<int> ended{0};
    auto waits = [&]() -> task<void> {
        ++waiting;
        try {
            co_await never_set.wait();
        } catch (const cancelled&) {
            ++ended;
            throw;
        }
    };
    auto cancels = [&](cancel_scope& scope) -> task<void> {
        while (waiting == 0) co_await yield_now();
        scope.cancel();
    };
    auto body = [&](cancel_scope& scope) -> task<void> {
        co_await fork_join(waits(), waits(), cancels(scope), waits(), waits());
    };
    auto main = [&]() -> task<void> {
        bool through = co_await with_cancel_scope(body);
        EXPECT_FALSE(through);
        EXPECT_EQ(ended, waiting);
    };
    for (int round = 0; round < 50; ++round) {
        waiting = 0;
        ended = 0;
        run(main());
    }
}

TEST_P(ForkJoin, IsCancelledFromOutsideAtAnyMoment) {
    auto tree = [](auto& self, int depth) -> task<int> {
        if (depth == 0) {
            co_await yield_now();
            co_return 1;
        }
        auto parts = co_await fork_join(self(self, depth - 1), self(self, depth - 1),
                                        self(self, depth - 1));
        auto& [a, b, c] = parts;
        co_return a + b + c;
    };
    if (GetParam() == 0) return;
    thread_pool threads{{.workers = GetParam()}};
    for (int round = 0; round < 300; ++round) {
        future<int> answer = threads.submit(tree(tree, 5));
        for (int i = 0; i < round % 10; ++i) std::this_thread::yield();
        static_cast<void>(answer.cancel());
        try {
            EXPECT_EQ(answer.get(), 243);
        } catch (const cancelled&) {
        }
    }
}

TEST_P(ForkJoin, ChildrenMaySleepLockAndYield) {
    mutex door;
    int inside = 0;
    int passed = 0;
    auto child = [&](int i) -> task<void> {
        for (int round = 0; round < 10; ++round) {
            if (i % 3 == 0) co_await sleep(10us);
            auto held = co_await door.lock();
            EXPECT_EQ(++inside, 1);
            if (i % 2 == 0) co_await yield_now();
            --inside;
            ++passed;
        }
    };
    auto main = [&]() -> task<void> {
        std::vector<task<void>> works;
        for (int i = 0; i < 30; ++i) works.push_back(child(i));
        co_await fork_join(std::move(works));
    };
    run(main());
    EXPECT_EQ(passed, 300);
}

TEST_P(ForkJoin, NestsInGatherAndGatherInIt) {
    auto both = []() -> task<long> {
        auto sums = co_await gather(fib(8), fib(9));
        auto& [a, b] = sums;
        co_return a + b;
    };
    auto main = [&]() -> task<long> {
        auto sums = co_await gather(fib(10), fib(11));
        auto parts = co_await fork_join(both(), both());
        auto& [a, b] = sums;
        auto& [c, d] = parts;
        co_return a + b + c + d;
    };
    EXPECT_EQ(run(main()), 55 + 89 + 2 * (21 + 34));
}

task<int> chain(int depth) {
    if (depth == 0) co_return 0;
    auto parts = co_await fork_join(chain(depth - 1), give_at_once(1));
    auto& [a, b] = parts;
    co_return a + b;
}

TEST_P(ForkJoin, RecursesDeeply) { EXPECT_EQ(run(chain(20'000)), 20'000); }

const context_var<int> number{1};

TEST_P(ForkJoin, ChildrenSeeTheContextVariablesWhoeverRunsThem) {
    std::atomic<int> right{0};
    auto child = [&](int i) -> task<void> {
        if (number.get() == 42) ++right;
        const context_var<int>::bound mine(number, i);
        co_await yield_now();
        EXPECT_EQ(number.get(), i);
    };
    auto main = [&]() -> task<void> {
        number.set(42);
        std::vector<task<void>> works;
        for (int i = 0; i < 100; ++i) works.push_back(child(i));
        co_await fork_join(std::move(works));
        EXPECT_EQ(number.get(), 42);
    };
    run(main());
    EXPECT_EQ(right, 100);
    EXPECT_EQ(number.get(), 1);
}

TEST_P(ForkJoin, AChildMayShieldItself) {
    std::atomic<int> begun{0};
    std::atomic<int> done{0};
    auto stubborn = [&]() -> task<void> {
        ++begun;
        for (int i = 0; i < 10; ++i) co_await yield_now();
        ++done;
    };
    auto shielded = [&]() -> task<void> { co_await shield(stubborn()); };
    auto cancels = [&](cancel_scope& scope) -> task<void> {
        co_await yield_now();
        scope.cancel();
    };
    auto body = [&](cancel_scope& scope) -> task<void> {
        co_await fork_join(shielded(), cancels(scope), shielded());
    };
    auto main = [&]() -> task<void> {
        static_cast<void>(co_await with_cancel_scope(body));
    };
    for (int round = 0; round < 50; ++round) run(main());
    EXPECT_EQ(done, begun);
}

TEST(ForkJoinAlone, AGuestThreadForksToo) {
    // A job's thread that blocked, and goes on without being a worker, runs tasks no more; a task
    // whose turn blocked does.
    thread_pool threads{{.workers = 1}};
    event gate;
    auto main = [&]() -> task<long> {
        threads.submit([&] { gate.set(); });
        gate.wait().block();   // another thread takes over the worker's place
        co_return co_await fib(12);
    };
    EXPECT_EQ(threads.submit(main()).get(), 144);
}

}  // namespace
}  // namespace troika
