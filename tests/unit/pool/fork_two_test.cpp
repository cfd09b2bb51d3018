// SPDX-License-Identifier: MIT
#include <troika/pool/fork_two.hpp>
#include <troika/pool/thread_pool.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>

namespace troika::impl {
namespace {

long sum(long first, long last) {
    if (last - first == 1) return first;
    const long middle = first + (last - first) / 2;
    long left = 0;
    long right = 0;
    fork_two([&] { left = sum(first, middle); }, [&] { right = sum(middle, last); });
    return left + right;
}

TEST(ForkTwo, AddsUpWhatThievesDidToo) {
    for (const std::size_t workers : {1u, 2u, 3u}) {
        thread_pool threads{{.workers = workers}};
        EXPECT_EQ(threads.submit([] { return sum(0, 20'000); }).get(), 19'999L * 10'000);
    }
}

TEST(ForkTwo, TheSecondIsNotCalledWhereTheFirstThrewBeforeItBegan) {
    thread_pool threads{{.workers = 1}};
    bool called = false;
    auto work = threads.submit(
        [&] { fork_two([] { throw std::runtime_error("first"); }, [&] { called = true; }); });
    EXPECT_THROW(work.get(), std::runtime_error);
    EXPECT_FALSE(called);
}

TEST(ForkTwo, CallsBothOnAThreadOfAPoolThatIsNoWorker) {
    thread_pool threads{{.workers = 1}};
    int called = 0;
    auto work = threads.submit([&] {
        promise<void> never_begun;
        auto later = never_begun.get_future();
        threads.submit([kept = std::move(never_begun)]() mutable { kept.set_value(); });
        later.get();   // another thread takes over here
        EXPECT_EQ(pool_worker::current(), nullptr);
        fork_two([&] { ++called; }, [&] { ++called; });
    });
    work.get();
    EXPECT_EQ(called, 2);
}

TEST(ForkTwo, WhatAThiefCallsSeesTheContextVariables) {
    static const context_var<int> level(0);
    thread_pool threads{{.workers = 2}};
    int seen = 0;
    int after = 0;
    auto work = [&]() -> task<void> {
        level.set(7);
        std::atomic<bool> taken = false;
        fork_two([&] { taken.wait(false); },   // so that a thief takes the second
                 [&] {
                     seen = level.get();
                     level.set(8);   // its own
                     taken = true;
                     taken.notify_all();
                 });
        after = level.get();
        co_return;
    };
    threads.submit(work()).get();
    EXPECT_EQ(seen, 7);
    EXPECT_EQ(after, 7);
    EXPECT_EQ(threads.submit([] { return level.get(); }).get(), 0);
}

}  // namespace
}  // namespace troika::impl
