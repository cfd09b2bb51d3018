// SPDX-License-Identifier: MIT
#include <troika/pool/awaited.hpp>

#include <troika/loop/run.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace troika {
namespace {

TEST(Awaited, NamesAPool) {
    thread_pool threads{{.workers = 1}};
    EXPECT_EQ(&awaited(threads).pool(), &threads);
}

TEST(Awaited, ComputesOnAWorkerForThreadsAndTasksAlike) {
    thread_pool threads{{.workers = 1}};
    const auto here = [&](impl::computation&) {
        return std::make_unique<bool>(impl::pool_worker::current_of(threads.home()) != nullptr);
    };
    EXPECT_TRUE(*impl::compute(threads, here));
    EXPECT_TRUE(*run(impl::compute(awaited(threads), here)));
    const auto inside = [&] { return *impl::compute(threads, here); };
    EXPECT_TRUE(threads.submit(inside).get());
}

TEST(Awaited, AThreadOfAnotherPoolOrWithoutItsPlaceLeavesItToAWorker) {
    thread_pool threads{{.workers = 1}};
    thread_pool others{{.workers = 1}};
    const auto is_worker = [&] {
        return impl::compute(threads, [&](impl::computation&) {
            return impl::pool_worker::current_of(threads.home()) != nullptr;
        });
    };
    EXPECT_TRUE(others.submit(is_worker).get());
    const auto after_blocking = [&] {
        const impl::blocking_section here;
        EXPECT_EQ(impl::pool_worker::current(), nullptr);
        return is_worker();
    };
    EXPECT_TRUE(threads.submit(after_blocking).get());
}

TEST(Awaited, APoolThatWasShutDownRefuses) {
    thread_pool threads{{.workers = 1}};
    threads.shutdown();
    const auto nothing = [](impl::computation&) {};
    EXPECT_THROW(impl::compute(threads, nothing), std::runtime_error);
    EXPECT_THROW(run(impl::compute(awaited(threads), nothing)), std::runtime_error);
}

TEST(Awaited, ACancelledTaskStopsTheComputation) {
    thread_pool threads{{.workers = 1}};
    std::atomic<bool> begun = false;
    const auto until_over = [&](impl::computation& all) {
        begun = true;
        begun.notify_all();
        while (!all.is_over()) std::this_thread::yield();
        return 7;
    };
    auto main = [&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
            future<int> work = group.create_task(impl::compute(awaited(threads), until_over));
            co_await yield_now();
            begun.wait(false);
            work.cancel();
            // Nothing was skipped: the result had won.
            EXPECT_EQ(co_await work, 7);
        });
    };
    run(main());
}

}  // namespace
}  // namespace troika
