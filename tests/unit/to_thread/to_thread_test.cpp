// SPDX-License-Identifier: MIT
#include <troika/to_thread/to_thread.hpp>

#include <troika/core/context_var.hpp>
#include <troika/loop/run.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/with_timeout.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace troika {
namespace {

using namespace std::chrono_literals;

TEST(ToThread, CallsElsewhereAndGivesTheResult) {
    run([]() -> task<void> {
        const auto here = std::this_thread::get_id();
        const auto there = co_await to_thread([] { return std::this_thread::get_id(); });
        EXPECT_NE(there, here);
        EXPECT_EQ(std::this_thread::get_id(), here);
        EXPECT_EQ(co_await to_thread([](int a, std::string b) { return b + std::to_string(a); }, 7,
                                     std::string("seven ")),
                  "seven 7");
    }());
}

TEST(ToThread, TheLoopGoesOnMeanwhile) {
    run([]() -> task<void> {
        std::latch opened(1);
        const future<void> blocked =
            event_loop::current().submit(to_thread([&opened] { opened.wait(); }));
        for (int i = 0; i < 10; ++i) co_await yield_now();
        EXPECT_FALSE(blocked.done());
        opened.count_down();
        co_await blocked;
    }());
}

TEST(ToThread, PassesOnWhatIsThrownWhateverItIs) {
    run([]() -> task<void> {
        int caught = 0;
        try {
            co_await to_thread([] { throw 42; });
        } catch (const int number) {
            caught = number;
        }
        EXPECT_EQ(caught, 42);
    }());
}

TEST(ToThread, TakesWhatCanOnlyBeMoved) {
    run([]() -> task<void> {
        auto owned = std::make_unique<int>(5);
        auto call = [mine = std::move(owned)] { return *mine; };
        EXPECT_EQ(co_await to_thread(std::move(call)), 5);
    }());
}

TEST(ToThread, ACancelledCallIsWaitedForAndItsResultDelivered) {
    run([]() -> task<void> {
        std::latch begun(1);
        std::latch opened(1);
        const future<int> call = event_loop::current().submit(to_thread([&] {
            begun.count_down();
            opened.wait();
            return 3;
        }));
        while (!begun.try_wait()) co_await yield_now();
        EXPECT_FALSE(call.cancel());
        for (int i = 0; i < 10; ++i) co_await yield_now();
        EXPECT_FALSE(call.done());
        opened.count_down();
        EXPECT_EQ(co_await call, 3);
    }());
}

const context_var<int> number(0);

TEST(ToThread, ContextVariablesGoAlong) {
    run([]() -> task<void> {
        number.set(9);
        EXPECT_EQ(co_await to_thread([] { return number.get(); }), 9);
    }());
}

TEST(ToThread, WorksInTasksOfAPool) {
    thread_pool pool{{.workers = 1}};
    const auto answer = pool.submit([](thread_pool& mine) -> task<int> {
        const int value = co_await to_thread([] { return 11; });
        EXPECT_EQ(&current_task().home(), &mine.home());
        co_return value;
    }(pool));
    EXPECT_EQ(answer.get(), 11);
}

}  // namespace
}  // namespace troika
