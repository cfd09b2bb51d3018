// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/thread_state.hpp>
#include <troika/core/timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troika {

class task_owner;
class trace_hooks;

namespace impl {
struct posted_links;
}

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
    friend struct impl::posted_links;
    virtual void run() noexcept = 0;
    std_atomics::plain<posted*> next_posted_{nullptr};
};

namespace impl {

struct posted_links {
    static std_atomics::plain<posted*>& next(posted& of) noexcept { return of.next_posted_; }
};

}  // namespace impl

/// The home of tasks: all that a task knows of the engine that runs it.
///
/// One thread runs its tasks, or, where it is shared, several do.
/// Thread: that on which it runs, except post(), is_current() and now(); of a shared one any.
class scheduler {
public:
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    /// Whether several threads run its tasks.
    [[nodiscard]] bool is_shared() const noexcept { return shared_; }

    /// Puts `node` at the end of the ready queue.
    void schedule(task_node& node) noexcept {
        if (shared_) [[unlikely]] {
            node.become_ready();
            schedule_shared(node, false);
        } else {
            schedule_here(node);
        }
    }
    /// The same. Requires: not is_shared().
    void schedule_here(task_node& node) noexcept {
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
    /// Returns: false when it was not armed any more; then expire() was called, and has returned.
    virtual bool disarm(timer& alarm) noexcept = 0;

    /// Has `call.run()` called on the scheduler's thread, after earlier posts of the same thread.
    /// Thread: any. Lifetime: the scheduler outlives the call of post().
    virtual void post(posted& call) noexcept = 0;

    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// The owner of the tasks that no task started.
    [[nodiscard]] virtual task_owner& roots() noexcept = 0;

    /// The scheduler that serves I/O for the tasks of this one: itself, where it has a poller.
    /// Throws: std::system_error when it cannot be had.
    [[nodiscard]] virtual scheduler& attendant() = 0;

    /// Blocks a thread of this scheduler until `awaited` is done or `deadline` has passed, while
    /// others do its work. Returns: awaited.done(). Throws: std::logic_error where that would stop
    /// the scheduler, or where it could never end.
    virtual bool block(impl::future_core& awaited, time_point deadline) = 0;
    /// The same for other ways to block. Throws: std::logic_error where that would stop the
    /// scheduler.
    virtual void begin_blocking() = 0;
    virtual void end_blocking() noexcept = 0;

    /// The scopes of `host`, which runs a fork_join, have changed: those of its branches that other
    /// threads have taken follow. Requires: the lock of `host` is held.
    virtual void refresh_branches(task_node&) noexcept {}

    /// Whether this thread is the scheduler's own, so that its tasks may be touched.
    [[nodiscard]] bool is_current() const noexcept { return impl::current_thread.home == this; }

    /// The observer of this scheduler's tasks, or null (the default).
    [[nodiscard]] trace_hooks* hooks() const noexcept {
        return hooks_.load(std::memory_order_acquire);   // pairs with set_hooks()
    }
    /// Thread: any, also while it works. Lifetime: `hooks` until the scheduler has gone, where that
    /// is shared or other threads wake its tasks.
    void set_hooks(trace_hooks* hooks) noexcept { hooks_.store(hooks, std::memory_order_release); }

    /// For views: when the turn began in which tasks run now; not known of a shared one. Parked
    /// tasks keep the second, modulo 65,536 and made odd, for which there is room.
    [[nodiscard]] const time_point& turn_began() const noexcept { return turn_began_; }

    /// Unique among the schedulers of this process; begins again after 2^32.
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

    /// A number for the next task; begins again after 2^32.
    [[nodiscard]] std::uint32_t next_task_id() noexcept {
        if (shared_) [[unlikely]]
            return last_task_id_.fetch_add(1, std::memory_order_relaxed) + 1;
        const std::uint32_t next = last_task_id_.load(std::memory_order_relaxed) + 1;
        last_task_id_.store(next, std::memory_order_relaxed);
        return next;
    }

protected:
    /// Several threads run its tasks.
    struct shared_t {
        explicit shared_t() = default;
    };
    scheduler() noexcept : number_(next_number()) {}
    explicit scheduler(shared_t) noexcept : number_(next_number()), shared_(true) {}
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
        if (hooks() != nullptr) [[unlikely]]
            resume_observed(node);
        else
            node.resume();
        if (node.ended()) node.finish();
    }

    /// The same on one of several threads. The task may be resumed elsewhere once this returns.
    void run_task_shared(task_node& node) noexcept {
        impl::current_thread.task = &node;
        if (hooks() != nullptr) [[unlikely]]
            resume_observed(node);
        else
            node.resume_shared();
        if (node.ended())
            node.finish_shared();
        else
            node.settle();
    }

    /// For views: from now on tasks are parked at this time.
    void begin_turn(time_point now) noexcept {
        turn_began_ = now;
        note_time(now);
    }
    /// The same where turns of several threads overlap.
    void note_time(time_point now) noexcept {
        const auto second =
            static_cast<std::uint16_t>(now.time_since_epoch() / std::chrono::seconds(1) | 1);
        if (turn_second_.load(std::memory_order_relaxed) != second)
            turn_second_.store(second, std::memory_order_relaxed);
    }

    static void end_turns() noexcept { impl::current_thread.task = nullptr; }

    void resume_observed(task_node& node) noexcept;

    static void call(posted& item) noexcept { item.run(); }

private:
    friend class task_node;
    friend class impl::stall_probe;

    /// Puts a task where any of the threads may take it: where it is taken soon, because what it
    /// needs is at hand, or `last`, after all that are ready.
    virtual void schedule_shared(task_node& node, bool last) noexcept = 0;

    static std::uint32_t next_number() noexcept;

    task_node* ready_first_ = nullptr;
    task_node* ready_last_ = nullptr;
    time_point turn_began_{};
    std::atomic<std::uint16_t> turn_second_{0};
    std::atomic<trace_hooks*> hooks_{nullptr};
    std::atomic<std::uint32_t> last_task_id_{0};
    const std::uint32_t number_;
    const bool shared_ = false;
};

inline void task_node::park(suspension& wait, std::coroutine_handle<> frame) noexcept {
    frame_ = frame.address();
    link_.wait = &wait;
    parked_in_ = home_->turn_second_.load(std::memory_order_relaxed);
    enter(run_state::parked);
    abort_asked_ = false;
}

inline void suspension::park(task_node& waiter, std::coroutine_handle<> frame) noexcept {
    waiter_ = reinterpret_cast<std::uintptr_t>(&waiter);
    waiter.park(*this, frame);
}

inline impl::spin_lock* task_node::lock_if_shared() const noexcept {
    return home_->is_shared() ? const_cast<impl::spin_lock*>(&lock_) : nullptr;
}

}  // namespace troika
