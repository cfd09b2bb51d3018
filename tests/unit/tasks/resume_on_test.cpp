// SPDX-License-Identifier: MIT
#include <troika/loop/run.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/resume_on.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace troika {
namespace {

/// A loop on a thread of its own, until the end of the block.
class other_loop {
public:
    other_loop() : thread_([this] { serve(); }) {
        while (loop_.load(std::memory_order_acquire) == nullptr) std::this_thread::yield();
    }
    ~other_loop() {
        stop_.set();
        thread_.join();
    }
    [[nodiscard]] event_loop& loop() const noexcept { return *loop_.load(); }
    [[nodiscard]] std::thread::id thread() const noexcept { return thread_.get_id(); }

private:
    void serve() {
        event_loop mine;
        loop_.store(&mine, std::memory_order_release);
        mine.run([](event& stop) -> task<void> { co_await stop.wait(); }(stop_));
    }

    event stop_;
    std::atomic<event_loop*> loop_{nullptr};
    std::thread thread_;
};

task<std::thread::id> visit(scheduler& where) {
    co_await resume_on(where);
    co_await yield_now();
    co_return std::this_thread::get_id();
}

task<void> wait_there(scheduler& where, event& gate) {
    co_await resume_on(where);
    co_await gate.wait();
}
task<void> send(scheduler& where, event& gate) { co_await wait_there(where, gate); }

TEST(ResumeOn, IsShownAtHomeAtTheAwaitWithWhichItLeft) {
    const other_loop there;
    run([](const other_loop& other) -> task<void> {
        event gate;
        scheduler& where = other.loop();
        co_await with_task_group([&](task_group& group) -> task<void> {
            group.create_task(send(where, gate), {.name = "traveller"});
            co_await yield_now();
            const auto main = event_loop::current().tasks().at(0);
            const auto traveller = std::ranges::find(main.children, "traveller", &task_view::name);
            EXPECT_NE(traveller, main.children.end());
            if (traveller != main.children.end()) {
                EXPECT_EQ(traveller->stack.size(), 2u);
                EXPECT_NE(traveller->stack.at(0).function.find("wait_there"), std::string::npos);
                EXPECT_NE(traveller->stack.at(1).function.find("send"), std::string::npos);
            }
            gate.set();
        });
    }(there));
}

TEST(ResumeOn, RunsTheRestOfACoroutineOnAnotherLoop) {
    const other_loop there;
    run([](const other_loop& other) -> task<void> {
        const auto home = std::this_thread::get_id();
        for (int i = 0; i < 100; ++i) {
            EXPECT_EQ(co_await visit(other.loop()), other.thread());
            EXPECT_EQ(std::this_thread::get_id(), home);
        }
    }(there));
}

TEST(ResumeOn, StaysWhereItIsAlready) {
    run([]() -> task<void> {
        EXPECT_EQ(co_await visit(event_loop::current()), std::this_thread::get_id());
    }());
}

TEST(ResumeOn, ManyTasksVisitAtOnce) {
    const other_loop there;
    run([](const other_loop& other) -> task<void> {
        std::vector<task<std::thread::id>> visits;
        for (int i = 0; i < 1000; ++i) visits.push_back(visit(other.loop()));
        for (const std::thread::id each : co_await gather(std::move(visits)))
            EXPECT_EQ(each, other.thread());
    }(there));
}

task<void> fail_there(scheduler& where) {
    co_await resume_on(where);
    throw std::runtime_error("from there");
}

TEST(ResumeOn, WhatIsThrownThereArrivesHere) {
    const other_loop there;
    EXPECT_THROW(run(fail_there(there.loop())), std::runtime_error);
}

task<void> wait_there(scheduler& where, event& arrived, std::atomic<bool>& was_cancelled) {
    co_await resume_on(where);
    arrived.set();
    event never_set;
    try {
        co_await never_set.wait();
    } catch (const cancelled&) {
        was_cancelled = true;
        throw;
    }
}

TEST(ResumeOn, ACancellationReachesItThere) {
    const other_loop there;
    std::atomic<bool> was_cancelled{false};
    run([](const other_loop& other, std::atomic<bool>& seen) -> task<void> {
        event arrived;
        const future<void> away =
            event_loop::current().submit(wait_there(other.loop(), arrived, seen));
        co_await arrived.wait();
        away.cancel();
        bool thrown = false;
        try {
            co_await away;
        } catch (const cancelled&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
    }(there, was_cancelled));
    EXPECT_TRUE(was_cancelled);
}

}  // namespace
}  // namespace troika
