// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/core/task.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/task_tree.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/yield_now.hpp>

#include "loop/sim_poller.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace troika::testing_support {

/// Runs `scenario` on a loop without a kernel: nothing happens but what it does itself, and where
/// nothing can happen any more, the test program ends instead of hanging.
inline void run_alone(task<void> scenario) {
    event_loop loop(std::make_unique<sim_poller>(1));
    const future<void> ended = loop.roots().start(std::move(scenario), {.name = "scenario"});
    while (!ended.done()) {
        if (loop.turn(false) || ended.done()) continue;
        ADD_FAILURE() << "all tasks wait:\n" << task_tree::to_text(loop.tasks());
        check(false, "a scenario came to a standstill");
    }
    ended.get();
}

/// Runs `call` on a thread of its own and waits for it; what it wakes here waits in the inbox.
template <class F>
void on_another_thread(F call) {
    std::thread(std::move(call)).join();
}

/// The tasks that a scenario starts. Joined before the scenario ends.
class children final : public task_owner {
private:
    void child_failed(task_node&, const std::exception_ptr&) noexcept override {}
};

/// Lets all that is ready run until it waits.
inline task<void> settle() {
    for (int i = 0; i < 8; ++i) co_await yield_now();
}

/// What a task of a scenario waits for: its label.
template <class T>
std::string waits_for(const future<T>& child) {
    auto& node = static_cast<task_node&>(impl::future_access::core(child));
    return node.waits_for() == nullptr ? "nothing" : node.waits_for()->label();
}

/// How a task ended: "done", "cancelled", or the type of what it threw.
template <class T>
std::string ending(const future<T>& child) {
    if (!child.done()) return "not ended";
    const std::exception_ptr error = child.exception();
    if (error == nullptr) return "done";
    if (impl::is_cancelled(error)) return "cancelled";
    return describe(error);
}

}  // namespace troika::testing_support
