// SPDX-License-Identifier: MIT
#include <troika/sync/event.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troika {
namespace {

using namespace testing_support;

task<void> note(event& of, std::string& log, char mark) {
    co_await of.wait();
    log += mark;
}

TEST(Event, LetsAllPassInOrderAndStaysSet) {
    run_alone([]() -> task<void> {
        event ready;
        std::string log;
        children group;
        for (char mark : {'a', 'b', 'c'}) group.start_forgotten(note(ready, log, mark));
        co_await settle();
        EXPECT_EQ(log, "");
        EXPECT_FALSE(ready.is_set());
        ready.set();
        ready.set();
        EXPECT_TRUE(ready.is_set());
        EXPECT_EQ(log, "");   // woken, not run
        co_await settle();
        EXPECT_EQ(log, "abc");
        co_await note(ready, log, 'd');
        EXPECT_EQ(log, "abcd");
        co_await group.join();
    }());
}

TEST(Event, WhoWaitedPassesEvenWhenItIsClearedAtOnce) {
    run_alone([]() -> task<void> {
        event ready;
        std::string log;
        children group;
        group.start_forgotten(note(ready, log, 'a'));
        co_await settle();
        ready.set();
        ready.clear();
        group.start_forgotten(note(ready, log, 'b'));
        co_await settle();
        EXPECT_EQ(log, "a");
        EXPECT_FALSE(ready.is_set());
        ready.set();
        co_await group.join();
        EXPECT_EQ(log, "ab");
    }());
}

TEST(Event, CancelLeavesTheLine) {
    run_alone([]() -> task<void> {
        event ready("ready");
        std::string log;
        children group;
        future<void> first = group.start(note(ready, log, 'a'));
        future<void> second = group.start(note(ready, log, 'b'));
        co_await settle();
        EXPECT_EQ(waits_for(first), "event 'ready'");
        first.cancel();
        co_await settle();
        EXPECT_EQ(ending(first), "cancelled");
        EXPECT_EQ(ending(second), "not ended");
        ready.set();
        co_await group.join();
        EXPECT_EQ(log, "b");
    }());
}

TEST(Event, CancelAfterSetComesTooLate) {
    run_alone([]() -> task<void> {
        event near, far;
        std::string log;
        children group;
        future<void> first = group.start(note(near, log, 'a'));
        future<void> second = group.start(note(far, log, 'b'));
        co_await settle();
        near.set();                                  // the task is ready
        on_another_thread([&] { far.set(); });       // the wake is still in the inbox
        first.cancel();
        second.cancel();
        co_await group.join();
        EXPECT_EQ(log, "ab");
        EXPECT_EQ(ending(first), "done");
        EXPECT_EQ(ending(second), "done");
    }());
}

TEST(Event, APlainThreadBlocks) {
    event ready, started;
    std::thread waiter([&] {
        started.set();
        ready.wait().block();
    });
    started.wait().block();
    ready.set();
    waiter.join();
    ready.wait().block();   // set: at once
}

task<void> bounce(event& mine, event& theirs, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        co_await mine.wait();
        mine.clear();
        theirs.set();
    }
}

TEST(Event, BouncesBetweenTwoLoops) {
    constexpr int rounds = 2'000;
    event ping, pong;
    event_loop left, right;   // outlive both threads: who sets may still be at the other loop
    std::thread other([&] { right.run(bounce(pong, ping, rounds)); });
    ping.set();
    left.run(bounce(ping, pong, rounds));
    other.join();
    EXPECT_TRUE(ping.is_set());   // by the last round of the other loop
    EXPECT_FALSE(pong.is_set());
}

task<void> wait_for_each(std::vector<std::unique_ptr<event>>& events) {
    for (std::unique_ptr<event>& one : events) {
        co_await one->wait();
        one.reset();   // who has seen it set may destroy it, though set() may not have returned
    }
}

TEST(Event, MayBeDestroyedByWhoSeesItSet) {
    std::vector<std::unique_ptr<event>> events(2'000);
    for (auto& one : events) one = std::make_unique<event>();
    std::vector<event*> raw;
    for (auto& one : events) raw.push_back(one.get());
    event_loop loop;
    std::thread setter([&] {
        for (event* one : raw) one->set();
    });
    loop.run(wait_for_each(events));
    setter.join();
}

}  // namespace
}  // namespace troika
