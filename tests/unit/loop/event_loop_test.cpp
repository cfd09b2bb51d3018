// SPDX-License-Identifier: MIT
#include <troika/loop/event_loop.hpp>

#include <troika/tasks/sleep.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace troika {
namespace {

task<int> answer() {
    co_await yield_now();
    co_return 42;
}

task<void> fail() {
    co_await yield_now();
    throw std::runtime_error("planned");
}

TEST(EventLoop, GivesTheValueOfTheMainTask) {
    event_loop loop;
    EXPECT_EQ(loop.run(answer()), 42);
}

TEST(EventLoop, ThrowsWhatTheMainTaskThrew) {
    event_loop loop;
    EXPECT_THROW(loop.run(fail()), std::runtime_error);
}

task<void> wait_for_ever(bool& cancelled_seen) {
    try {
        co_await sleep_until(never);
    } catch (const cancelled&) {
        cancelled_seen = true;
        throw;
    }
}

task<void> leave_one_behind(event_loop& loop, bool& cancelled_seen) {
    loop.submit(wait_for_ever(cancelled_seen));
    co_await yield_now();
}

TEST(EventLoop, CancelsWhatIsLeftAndWaitsForIt) {
    event_loop loop;
    bool cancelled_seen = false;
    loop.run(leave_one_behind(loop, cancelled_seen));
    EXPECT_TRUE(cancelled_seen);
    EXPECT_TRUE(loop.tasks().empty());
}

TEST(EventLoop, RunsPostsOfOneThreadInTheirOrder) {
    event_loop loop;
    std::vector<int> order;
    promise<void> last;
    future<void> posted = last.get_future();
    std::thread other([&] {
        for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
        loop.post([&last] { last.set_value(); });
    });
    auto wait = [](future<void> until) -> task<void> { co_await until; };
    loop.run(wait(posted));
    other.join();
    EXPECT_EQ(order.size(), 100u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(EventLoop, TakesTasksFromOtherThreads) {
    event_loop loop;
    promise<void> over;
    future<void> until = over.get_future();
    int got = 0;
    std::thread other([&] {
        future<int> result = loop.submit(answer());
        got = result.get();   // a plain thread blocks
        over.set_value();
    });
    auto wait = [](future<void> done) -> task<void> { co_await done; };
    loop.run(wait(until));
    other.join();
    EXPECT_EQ(got, 42);
}

task<void> run_inside() {
    static_cast<void>(event_loop::current().run(answer()));
    co_return;
}

TEST(EventLoop, RefusesToRunInsideItself) {
    event_loop loop;
    EXPECT_THROW(loop.run(run_inside()), std::logic_error);
}

TEST(EventLoop, ThrowsWhereNoneRuns) {
    EXPECT_THROW(static_cast<void>(event_loop::current()), std::logic_error);
}

}  // namespace
}  // namespace troika
