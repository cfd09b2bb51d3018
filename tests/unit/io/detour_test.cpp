// SPDX-License-Identifier: MIT
#include <troika/io/detour.hpp>

#include <troika/io/offload.hpp>
#include <troika/loop/run.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/gather.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace troika::io {
namespace {

task<std::thread::id> on_its_loop() {
    co_await on_loop();
    co_return std::this_thread::get_id();
}

TEST(Detour, OnLoopStaysOnTheLoopOfATask) {
    run([]() -> task<void> {
        EXPECT_EQ(co_await on_its_loop(), std::this_thread::get_id());
    }());
}

TEST(Detour, OnLoopGoesToTheLoopThatServesAPool) {
    thread_pool pool{{.workers = 2}};
    const auto where = [](thread_pool& mine) -> task<std::thread::id> {
        const auto first = co_await on_its_loop();
        const auto second = co_await on_its_loop();
        EXPECT_EQ(first, second);
        EXPECT_EQ(&current_task().home(), &mine.home());
        EXPECT_NE(first, std::this_thread::get_id());
        co_return first;
    };
    EXPECT_NE(pool.submit(where(pool)).get(), std::this_thread::get_id());
}

// An operation knows its loop; who awaits it is of a pool.
task<int> through(event_loop& loop, int value) {
    auto call = [value] { return value; };
    offload_operation<decltype(call)> operation(loop, "test", call);
    co_return co_await std::move(operation);
}

TEST(Detour, AnOperationOfALoopIsAwaitedOnAPool) {
    thread_pool pool{{.workers = 2}};
    run([](thread_pool& threads) -> task<void> {
        std::vector<future<int>> answers;
        for (int i = 0; i < 200; ++i)
            answers.push_back(threads.submit(through(event_loop::current(), i)));
        for (int i = 0; i < 200; ++i)
            EXPECT_EQ(co_await answers[static_cast<std::size_t>(i)], i);
    }(pool));
}

}  // namespace
}  // namespace troika::io
