// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/future_core.hpp>
#include <troika/core/suspension.hpp>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>

namespace troika {

class cancel_scope;
class scheduler;
class task_owner;

namespace impl {
struct context_binding;
class promise_base;
class branch_node;
class fork_base;
class fork_owner;
class pool_engine;
class remote_suspension;
class trip;
struct layout;
class stall_probe;
template <class T>
class task_state;
}  // namespace impl

/// One started task: a node of the task tree.
///
/// Made by create_task, run or submit; coroutines awaited inside it are frames of this task, not
/// nodes.
/// It is separate from the root frame and outlives it for as long as a future looks at the result.
/// 88 bytes, the result follows.
///
/// Thread: its home's, apart from the future's part. Where the home has several threads, the task
/// runs on one of them at a time, and what others may ask of it meanwhile is kept apart:
///   scopes    scope_, own_cancel_ and the scopes that the task is in change under lock_. Locks are
///             taken from the root of the tree towards the leaves: a task's, then that of a group
///             in which it waits, then those of the group's tasks.
///   the wait  turn_ says who may look at the suspension, and who makes the task ready:
///             parked (it waits, and its coroutine stands still), woken, held (another thread looks
///             at the suspension, so that a wake must wait), cancel (cancelled_ was set; whoever
///             parks or holds the task sees to it), asked (abort() was called for this wait).
///             A wake is one atomic operation and never waits, so it may happen under any lock.
class task_node : public impl::future_core, public list_hook<> {
public:
    /// The name given when the task was started, or null.
    [[nodiscard]] const char* name() const noexcept { return name_; }
    /// Unique among the tasks of its scheduler.
    [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
    [[nodiscard]] scheduler& home() const noexcept { return *home_; }

    /// The innermost scope that the task is in.
    [[nodiscard]] cancel_scope& scope() const noexcept {
        return *scope_.load(std::memory_order_relaxed);
    }
    /// Whether it is in a scope that it has entered itself, within that of its owner.
    [[nodiscard]] bool in_own_scope() const noexcept;
    /// Whether an await would throw `cancelled` now.
    [[nodiscard]] bool is_cancelled() const noexcept {
        return cancelled_.load(std::memory_order_relaxed);
    }

    /// What the task waits for, or null when it is ready or runs.
    [[nodiscard]] const suspension* waits_for() const noexcept {
        return state() == run_state::parked ? link_.wait : nullptr;
    }
    [[nodiscard]] bool started() const noexcept { return started_; }
    [[nodiscard]] bool ended() const noexcept { return state() == run_state::ended; }
    /// Whether it has context variables.
    [[nodiscard]] bool has_context() const noexcept { return context_ != nullptr; }
    /// The innermost coroutine of a task that is ready or parked; null for one that runs or has
    /// ended.
    [[nodiscard]] const impl::promise_base* innermost() const noexcept;

    /// Lets the suspension be looked at, on a home with several threads, until release_hold():
    /// nobody resumes the task meanwhile. Returns: false when it does not wait, or somebody else
    /// holds it. Thread: any that has a future of it, or the lock of its owner.
    [[nodiscard]] bool try_hold() noexcept;
    void release_hold() noexcept;
    /// Whether try_hold() may succeed. Thread: as try_hold().
    [[nodiscard]] bool seems_parked() const noexcept {
        // Sequentially consistent: see settle_watching().
        return (turn_.load(std::memory_order_seq_cst) & turn_parked) != 0;
    }
    /// Whether somebody holds it, so that a try_hold() that failed may succeed soon.
    [[nodiscard]] bool seems_held() const noexcept {
        const std::uint8_t state = turn_.load(std::memory_order_seq_cst);
        return (state & turn_parked) != 0 && (state & turn_held) != 0 && (state & turn_woken) == 0;
    }

    /// Gives back a reference where the type of the result is not known.
    void release_untyped() noexcept;

    /// Where a queue of ready tasks keeps its link, while the task is in one.
    [[nodiscard]] std::atomic<std::uintptr_t>& queue_link() noexcept { return link_.queued; }

    /// Asks the task to end: from now on every await outside a shield throws `cancelled`.
    void cancel() noexcept;

protected:
    friend class scheduler;
    friend class suspension;
    friend class cancel_scope;
    friend class task_owner;
    friend struct impl::context_binding;
    friend class impl::promise_base;
    friend class impl::branch_node;
    friend class impl::fork_base;
    friend class impl::fork_owner;
    friend class impl::trip;
    friend class impl::pool_engine;
    friend class impl::remote_suspension;
    friend class impl::stall_probe;
    friend struct impl::layout;   // for who looks from outside of the process
    template <class>
    friend class context_var;
    friend class yield_operation;
    friend class task_tree;
    template <class>
    friend class impl::task_state;

    task_node(task_owner& owner, std::coroutine_handle<> root, const char* name,
              std::uint32_t references) noexcept;
    ~task_node() = default;

    enum class run_state : std::uint8_t { ready, running, parked, ended };

    // Relaxed, and plain moves for the processor: for who only looks.
    [[nodiscard]] run_state state() const noexcept {
        return run_state_.load(std::memory_order_relaxed);
    }
    void enter(run_state next) noexcept { run_state_.store(next, std::memory_order_relaxed); }

    void become_ready() noexcept { enter(run_state::ready); }
    void resume() noexcept {
        enter(run_state::running);
        if (started_) [[likely]]
            std::coroutine_handle<>::from_address(frame_).resume();
        else
            begin();
    }
    /// Runs the root for the first time; that of a task which was cancelled before never runs.
    void begin() noexcept;
    /// Called by the scheduler once the root coroutine stands at its final suspension.
    void finish() noexcept;

    /// Recomputes the task's scopes from the outermost inwards, then cancelled_; aborts the wait if
    /// that became true. Requires: lock_ is held, where the home is shared.
    void refresh_cancelled() noexcept;
    bool refresh_scope(cancel_scope& scope) noexcept;
    void abort_wait() noexcept;
    [[nodiscard]] task_owner& owner() const noexcept;

    // For homes with several threads.
    [[nodiscard]] impl::spin_lock* lock_if_shared() const noexcept;
    /// Called by the thread that ran the task once its coroutine has suspended: it may go on
    /// elsewhere from here on.
    void settle() noexcept;
    void settle_disturbed() noexcept;
    void wake_shared() noexcept;
    void yield_shared() noexcept;
    void make_ready_shared(bool last = false) noexcept;
    void abort_wait_shared() noexcept;
    void abort_held() noexcept;
    void settle_watching(const impl::future_core& awaited) noexcept;
    void finish_shared() noexcept;
    void resume_shared() noexcept;
    void note_error(const std::exception_ptr& error) noexcept;
    void destroy_cancelled() noexcept;
    void drop_context() noexcept;
    void tell_end() const noexcept;
    void tell_ready() const noexcept;
    void tell_wake_posted() const noexcept;

    void park(suspension& wait, std::coroutine_handle<> frame) noexcept;
    void unpark() noexcept { enter(run_state::running); }

    static constexpr std::uint8_t turn_parked = 1;
    static constexpr std::uint8_t turn_woken = 2;
    static constexpr std::uint8_t turn_held = 4;
    static constexpr std::uint8_t turn_cancel = 8;
    static constexpr std::uint8_t turn_asked = 16;

    void* frame_;                       // the innermost coroutine; the root one once it has ended
    union {
        task_node* next;                // while ready: the ready queue
        std::atomic<std::uintptr_t> queued;   // while ready, where several threads take tasks
        suspension* wait;               // while parked
        void (*dispose)(task_node*) noexcept;   // once ended: destroys the node with its result
    } link_{};
    std::atomic<cancel_scope*> scope_;   // innermost; relaxed, as its own thread looks unlocked
    scheduler* home_;
    const char* name_;
    impl::context_binding* context_ = nullptr;   // innermost context variable, one reference held
    std::uint32_t id_;
    std::atomic<run_state> run_state_{run_state::ready};
    bool started_ = false;
    bool abort_asked_ = false;          // at most one abort() for each wait
    bool own_cancel_ : 1 = false;       // cancel() was asked of this very task
    bool leaving_ : 1 = false;          // it has ended, and is about to leave its owner
};

inline void suspension::unpark() noexcept {
    waiter().unpark();
    waiter_ = 0;
}

}  // namespace troika
