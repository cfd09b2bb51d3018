// SPDX-License-Identifier: MIT
#include <troika/core/remote_suspension.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/loop/run.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace troika {
namespace {

std::vector<std::thread> threads;   // they may end after the loop has

/// Parks the task until another thread wakes it.
class elsewhere final : public impl::remote_suspension {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) {
        park(frame.promise().node(), frame);
        threads.emplace_back([this] { wake_from_anywhere(); });
    }
    void await_resume() const noexcept {}
    [[nodiscard]] std::string label() const override { return "elsewhere"; }

private:
    abort_answer abort() noexcept override { return abort_answer::pending; }
};

task<std::thread::id> go_elsewhere_and_back() {
    co_await elsewhere();
    co_return std::this_thread::get_id();
}

// Each time the loop ends because of the very wake that another thread may not be done with.
TEST(RemoteSuspension, ResumesTheTaskOnItsOwnThreadWhoeverWakesIt) {
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(run(go_elsewhere_and_back()), std::this_thread::get_id());
    for (std::thread& each : threads) each.join();
    threads.clear();
}

}  // namespace
}  // namespace troika
