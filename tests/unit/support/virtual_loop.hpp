// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/core/trace.hpp>
#include <troika/loop/event_loop.hpp>

#include "loop/sim_poller.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace troika::testing_support {

/// What virtual_loop::run() throws when every task waits for another one: the tasks, as text.
class deadlock : public std::runtime_error {
public:
    explicit deadlock(const std::string& tasks)
        : std::runtime_error("nothing can happen any more, and these tasks wait:\n" + tasks) {}
};

/// An event loop in virtual time: sleeping takes none, and a deadlock is an exception.
///
/// For tasks of this loop alone; a wake from another thread may look like a deadlock.
class virtual_loop {
public:
    explicit virtual_loop(std::uint64_t seed = 1)
        : virtual_loop(std::make_unique<sim_poller>(seed)) {}

    /// Runs `main`, and what it leaves in the loop, to the end.
    /// Throws: what it threw; deadlock, having cancelled everything.
    template <class T>
    T run(task<T> main) {
        future<T> answer = start(std::move(main));
        finish(answer);
        return std::move(answer).get();
    }

    /// Starts `work` as a task of this loop; finish() runs it.
    template <class T>
    future<T> start(task<T> work, task_options options = {.name = "main"}) {
        return loop_.roots().start(std::move(work), options);
    }

    /// Turns until `awaited` is done. Throws: deadlock.
    template <class T>
    void finish(const future<T>& awaited) {
        // So that the clock does not go on once it is done.
        awaited.add_done_callback([this](const future<T>&) { door_.wake(); });
        const std::string stuck = turn_until(awaited);
        if (stuck.empty()) {
            loop_.run_until_done(impl::future_access::core(awaited));   // cancels what is left
            return;
        }
        for (task_node& task : loop_.roots().tasks()) task.cancel();
        static_cast<void>(turn_until(awaited));
        if (awaited.done()) static_cast<void>(awaited.exception());   // seen
        throw deadlock(stuck);
    }

    [[nodiscard]] event_loop& loop() noexcept { return loop_; }
    [[nodiscard]] duration elapsed() const noexcept { return loop_.now() - began_; }

private:
    explicit virtual_loop(std::unique_ptr<sim_poller> door)
        : door_(*door), loop_(std::move(door)), began_(loop_.now()) {}

    // Returns: empty when done, else the tasks that are stuck.
    template <class T>
    std::string turn_until(const future<T>& awaited) {
        while (!awaited.done()) {
            loop_.turn(true);
            if (!awaited.done() && door_.stuck() && !loop_.turn(false))
                return task_tree::to_text(loop_.tasks());
        }
        return {};
    }

    sim_poller& door_;
    event_loop loop_;
    time_point began_;
};

/// Runs `main` on a virtual_loop of its own.
template <class T>
T run_virtual(task<T> main) {
    virtual_loop here;
    return here.run(std::move(main));
}

/// Cancels one task when the tasks of its loop have had a number of turns.
class canceller final : public trace_hooks {
public:
    explicit canceller(std::size_t turns) noexcept : left_(turns) {}
    void aim_at(task_node& victim) noexcept { victim_ = &victim; }
    /// Whether the moment came while the victim was alive.
    [[nodiscard]] bool fired() const noexcept { return fired_; }

private:
    // An observer must not cancel; this one may, because the task that was observed has given up
    // its turn, and nobody else looks.
    void on_suspend(const task_node&) noexcept override {
        if (victim_ == nullptr || left_-- != 0) return;
        fired_ = true;
        std::exchange(victim_, nullptr)->cancel();
    }
    void on_end(const task_node& ended) noexcept override {
        if (victim_ == &ended) victim_ = nullptr;
    }

    std::size_t left_;
    task_node* victim_ = nullptr;
    bool fired_ = false;
};

/// Runs the task that `scenario()` gives once for each turn of its tasks, cancelled after that
/// turn, and once undisturbed. Each time it must end, with its value or with `cancelled`, and leave
/// no task.
/// Returns: how many runs were cancelled. `outcome(was cancelled)` is called after each run.
template <class F>
std::size_t cancel_at_each_turn(F scenario, const std::function<void(bool)>& outcome = {}) {
    constexpr std::size_t turns_max = 10'000;
    for (std::size_t turns = 0; turns < turns_max; ++turns) {
        SCOPED_TRACE("cancelled after turn " + std::to_string(turns));
        virtual_loop here;
        canceller hooks(turns);
        here.loop().set_hooks(&hooks);
        future<void> answer = here.start(scenario());
        hooks.aim_at(static_cast<task_node&>(impl::future_access::core(answer)));
        bool was_cancelled = false;
        try {
            here.finish(answer);
            answer.get();
        } catch (const cancelled&) {
            was_cancelled = true;
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
            return turns;
        }
        EXPECT_EQ(here.loop().roots().task_count(), 0u);
        if (was_cancelled) {
            EXPECT_TRUE(hooks.fired());
        }
        if (outcome) outcome(was_cancelled);
        here.loop().set_hooks(nullptr);
        if (!hooks.fired()) return turns;
    }
    ADD_FAILURE() << "the scenario never ends";
    return turns_max;
}

}  // namespace troika::testing_support
