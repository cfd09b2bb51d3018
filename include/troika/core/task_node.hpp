// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/future_core.hpp>
#include <troika/core/suspension.hpp>

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
template <class T>
class task_state;
}  // namespace impl

/// One started task: a node of the task tree.
///
/// Made by create_task, run or submit; coroutines awaited inside it are frames of this task, not
/// nodes.
/// It is separate from the root frame and outlives it for as long as a future looks at the result.
/// 88 bytes, the result follows. Thread: its home's, apart from the future's part.
class task_node : public impl::future_core, public list_hook<> {
public:
    /// The name given when the task was started, or null.
    [[nodiscard]] const char* name() const noexcept { return name_; }
    /// Unique among the tasks of its scheduler.
    [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
    [[nodiscard]] scheduler& home() const noexcept;
    [[nodiscard]] task_owner& owner() const noexcept { return *owner_; }

    /// The innermost scope that the task is in.
    [[nodiscard]] cancel_scope& scope() const noexcept { return *scope_; }
    /// Whether an await would throw `cancelled` now.
    [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_; }

    /// What the task waits for, or null when it is ready or runs.
    [[nodiscard]] const suspension* waits_for() const noexcept {
        return run_state_ == run_state::parked ? link_.wait : nullptr;
    }
    [[nodiscard]] bool started() const noexcept { return started_; }
    /// The innermost coroutine of a task that is ready or parked; null for one that runs or has
    /// ended.
    [[nodiscard]] const impl::promise_base* innermost() const noexcept;

    /// Gives back a reference where the type of the result is not known.
    void release_untyped() noexcept;

    /// Asks the task to end: from now on every await outside a shield throws `cancelled`.
    void cancel() noexcept;

protected:
    friend class scheduler;
    friend class suspension;
    friend class cancel_scope;
    friend class task_owner;
    friend struct impl::context_binding;
    friend class impl::promise_base;
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

    void become_ready() noexcept { run_state_ = run_state::ready; }
    [[nodiscard]] bool ended() const noexcept { return run_state_ == run_state::ended; }
    void resume() noexcept {
        run_state_ = run_state::running;
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
    /// that became true.
    void refresh_cancelled() noexcept;
    bool refresh_scope(cancel_scope& scope) noexcept;
    void abort_wait() noexcept;
    void note_error(const std::exception_ptr& error) noexcept;
    void destroy_cancelled() noexcept;
    void drop_context() noexcept;
    void tell_end() noexcept;

    void park(suspension& wait, std::coroutine_handle<> frame) noexcept {
        frame_ = frame.address();
        link_.wait = &wait;
        run_state_ = run_state::parked;
        abort_asked_ = false;
    }
    void unpark() noexcept { run_state_ = run_state::running; }

    void* frame_;                       // the innermost coroutine; the root one once it has ended
    union {
        task_node* next;                // while ready: the ready queue
        suspension* wait;               // while parked
        void (*dispose)(task_node*) noexcept;   // once ended: destroys the node with its result
    } link_{};
    cancel_scope* scope_;
    task_owner* owner_;
    const char* name_;
    impl::context_binding* context_ = nullptr;   // innermost context variable, one reference held
    std::uint32_t id_;
    run_state run_state_ = run_state::ready;
    bool started_ = false;
    bool abort_asked_ = false;          // at most one abort() for each wait
    bool own_cancel_ = false;           // cancel() was asked of this very task
};

inline void suspension::park(task_node& waiter, std::coroutine_handle<> frame) noexcept {
    waiter_ = reinterpret_cast<std::uintptr_t>(&waiter);
    waiter.park(*this, frame);
}

inline void suspension::unpark() noexcept {
    waiter().unpark();
    waiter_ = 0;
}

}  // namespace troika
