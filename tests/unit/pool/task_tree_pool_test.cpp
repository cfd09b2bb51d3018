// SPDX-License-Identifier: MIT
// The tree of a pool's tasks is copied while they go on.
#include <troika/core/task_tree.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace troika {
namespace {

task<void> wait_below(event& gate) {
    co_await with_task_group([&](task_group& group) -> task<void> {
        group.create_task([](event& opened) -> task<void> { co_await opened.wait(); }(gate),
                          {.name = "child"});
        co_await gate.wait();
    });
}

TEST(TaskTreePool, ShowsWhatParkedTasksWaitFor) {
    thread_pool threads{{.workers = 2}};
    event gate("gate");
    const future<void> ended = threads.submit(wait_below(gate), {.name = "parent"});
    std::string text;
    // Until both have come to their waits.
    while (text.find("- child #") == std::string::npos ||
           text.find("running") != std::string::npos || text.find("ready") != std::string::npos) {
        std::this_thread::yield();
        text = task_tree::to_text(threads.tasks());
    }
    EXPECT_EQ(text.find("- parent #"), 0u) << text;
    EXPECT_NE(text.find("event 'gate'"), std::string::npos) << text;
    EXPECT_NE(text.find("wait_below"), std::string::npos) << text;
    gate.set();
    ended.get();
    while (!threads.tasks().empty()) std::this_thread::yield();   // it leaves after it was told
}

task<void> busy(std::atomic<bool>& over) {
    while (!over) {
        co_await with_task_group([](task_group& group) -> task<void> {
            for (int i = 0; i < 5; ++i)
                group.create_task([]() -> task<void> { co_await yield_now(); }());
            co_return;
        });
        co_await yield_now();
    }
}

TEST(TaskTreePool, IsCopiedWhileTasksComeAndGo) {
    thread_pool threads{{.workers = 2}};
    std::atomic<bool> over = false;
    std::vector<future<void>> all;
    for (int i = 0; i < 10; ++i) all.push_back(threads.submit(busy(over)));
    for (int i = 0; i < 300; ++i) EXPECT_EQ(threads.tasks().size(), 10u);
    over = true;
    for (const auto& each : all) each.get();
}

}  // namespace
}  // namespace troika
