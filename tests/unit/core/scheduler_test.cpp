// SPDX-License-Identifier: MIT
#include <troika/core/scheduler.hpp>
#include <troika/core/trace.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(Scheduler, RunsTasksInTheOrderInWhichTheyBecameReady) {
    virtual_loop here;
    std::vector<int> order;
    auto note = [&](int what) -> task<void> { order.push_back(what); co_return; };
    for (int i = 0; i < 5; ++i) here.start(note(i));
    here.run(nothing_after(0s));
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
}

class recorder final : public trace_hooks {
public:
    std::vector<std::string> log;

private:
    void note(const char* what, const task_node& task) noexcept {
        log.push_back(std::string(what) + " " + task.name());
    }
    void on_start(const task_node& task) noexcept override { note("start", task); }
    void on_resume(const task_node& task) noexcept override { note("resume", task); }
    void on_suspend(const task_node& task) noexcept override {
        note(task.waits_for() != nullptr ? "wait" : "suspend", task);
    }
    void on_end(const task_node& task) noexcept override { note("end", task); }
};

TEST(Scheduler, TellsItsObserverWhatItsTasksDo) {
    virtual_loop here;
    recorder hooks;
    here.loop().set_hooks(&hooks);
    here.run(nothing_after(1s));
    here.loop().set_hooks(nullptr);
    here.run(nothing_after(1s));
    EXPECT_THAT(hooks.log, testing::ElementsAre("start main", "resume main", "wait main",
                                                "resume main", "suspend main", "end main"));
}

TEST(Scheduler, NumbersItsTasks) {
    virtual_loop here;
    future<int> a = here.start(after(1s, 1));
    future<int> b = here.start(after(1s, 2));
    const auto tasks = here.loop().tasks();
    EXPECT_EQ(tasks[0].id + 1, tasks[1].id);
    here.finish(a);
    here.finish(b);
}

}  // namespace
}  // namespace troika
