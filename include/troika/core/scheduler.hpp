// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/thread_state.hpp>
#include <troika/core/timer.hpp>

#include <cstddef>
#include <cstdint>

namespace troika {

class trace_hooks;

/// A call that a scheduler makes on its own thread at the request of any thread.
///
/// Lifetime: from post() until run() is called; run() may destroy the object.
class posted {
public:
    posted(const posted&) = delete;
    posted& operator=(const posted&) = delete;

protected:
    posted() noexcept = default;
    posted(posted&&) noexcept {}
    ~posted() = default;

private:
    friend class scheduler;
    friend class inbox;
    virtual void run() noexcept = 0;
    posted* next_posted_ = nullptr;
};

/// The home of tasks: all that a task knows of the engine that runs it.
///
/// Thread: that on which it runs, except post(), is_current() and now().
class scheduler {
public:
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    /// Puts `node` at the end of the ready queue.
    void schedule(task_node& node) noexcept {
        node.become_ready();
        node.link_.next = nullptr;
        // A branch instead of a pointer to the last link: the queue of one task is the common one,
        // and its store must not wait for an address.
        if (ready_last_ == nullptr)
            ready_first_ = &node;
        else
            ready_last_->link_.next = &node;
        ready_last_ = &node;
    }

    /// Arms `alarm`; expire() is called once its deadline has passed. Equal deadlines expire in the
    /// order in which they were armed.
    virtual void arm(timer& alarm) noexcept = 0;
    /// Requires: armed here.
    virtual void disarm(timer& alarm) noexcept = 0;

    /// Has `call.run()` called on the scheduler's thread, after earlier posts of the same thread.
    /// Thread: any. Lifetime: the scheduler outlives the call of post().
    virtual void post(posted& call) noexcept = 0;

    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// Whether this thread is the scheduler's own, so that its tasks may be touched.
    [[nodiscard]] bool is_current() const noexcept { return impl::current_thread.home == this; }

    /// The observer of this scheduler's tasks, or null (the default).
    [[nodiscard]] trace_hooks* hooks() const noexcept { return hooks_; }
    void set_hooks(trace_hooks* hooks) noexcept { hooks_ = hooks; }

    /// A number for the next task; begins again after 2^32.
    [[nodiscard]] std::uint32_t next_task_id() noexcept { return ++last_task_id_; }

protected:
    scheduler() noexcept = default;
    ~scheduler() = default;

    [[nodiscard]] bool ready_empty() const noexcept { return ready_first_ == nullptr; }

    /// Takes the longest-ready task off the queue. Requires: not ready_empty().
    task_node& take_ready() noexcept {
        task_node& node = *ready_first_;
        ready_first_ = node.link_.next;
        if (ready_first_ == nullptr) ready_last_ = nullptr;
        return node;
    }

    /// Gives the turn to `node` until it parks, yields or ends; destroys it if it ended. Leaves the
    /// thread's current task set: call end_turns() after the last.
    void run_task(task_node& node) noexcept {
        impl::current_thread.task = &node;
        if (hooks_ != nullptr) [[unlikely]]
            resume_observed(node);
        else
            node.resume();
        if (node.ended()) node.finish();
    }

    static void end_turns() noexcept { impl::current_thread.task = nullptr; }

    void resume_observed(task_node& node) noexcept;

    static void call(posted& item) noexcept { item.run(); }

private:
    task_node* ready_first_ = nullptr;
    task_node* ready_last_ = nullptr;
    trace_hooks* hooks_ = nullptr;
    std::uint32_t last_task_id_ = 0;
};

}  // namespace troika
