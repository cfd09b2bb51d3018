// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/timer.hpp>

#include <atomic>
#include <cstdint>
#include <string>

namespace troika {

class task_node;
class task_owner;

namespace impl {
struct layout;
}

/// A stretch of a task that can be cancelled as a whole, with everything started inside it.
///
/// Cancellation is level-triggered: from cancel() on, every await within the scope (in its task,
/// and in the tasks of the groups inside it) throws `cancelled` on entry, and the wait that is in
/// progress is aborted, until the scope is left. Scopes nest within a task like brackets: a scope
/// is entered by its constructor and left by leave() or the destructor.
/// Thread: cancel() and the questions the home's of the task that entered it, which is any worker
/// where that is a pool; all else that of the task.
class cancel_scope {
public:
    struct options {
        time_point deadline = never;   ///< when to cancel by itself
        bool shielded = false;         ///< cancellations from outside wait until it is left
    };

    /// Enters a scope of the current task. Requires: runs in a task.
    cancel_scope();
    explicit cancel_scope(const options& o);
    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;
    virtual ~cancel_scope();

    /// Cancels everything inside. Asked again, it does nothing.
    void cancel() noexcept;

    /// Whether cancel() was called, or the deadline has passed.
    [[nodiscard]] bool cancel_called() const noexcept { return look(requested_); }
    /// Whether it was the deadline that cancelled it.
    [[nodiscard]] bool expired() const noexcept { return look(expired_); }
    /// Whether an await directly inside would throw.
    [[nodiscard]] bool is_cancelled() const noexcept { return look(effective_); }

    [[nodiscard]] time_point deadline() const noexcept { return alarm_.deadline(); }
    /// Moves the deadline; `never` takes it away. A deadline in the past cancels at once. No effect
    /// on a scope that is cancelled already.
    void set_deadline(time_point deadline) noexcept;

    /// Leaves the scope early; what happens to it afterwards has no effect.
    void leave() noexcept;

    /// For who caught `cancelled` at the scope's edge, after leave(): whether it was this scope's
    /// own affair, so that the flight ends here, rather than that of a scope outside.
    [[nodiscard]] bool caught() const noexcept { return look(requested_) && !outer_cancelled_; }

    [[nodiscard]] cancel_scope* parent() const noexcept { return parent_; }
    [[nodiscard]] task_node* host() const noexcept { return host_; }

protected:
    struct rooted {
        explicit rooted() = default;   // no aggregate, so that {.shielded = true} means options
    };
    /// For an owner of tasks, which enters once it is complete: from then on any thread may pass a
    /// cancellation on to its tasks.
    struct owning {
        explicit owning() = default;
    };
    explicit cancel_scope(owning) noexcept;
    void enter(task_node& host);
    /// The scope around tasks that no task started: of a scheduler.
    explicit cancel_scope(rooted) noexcept;
    /// A scope beside those that `host` is in, within its scope `around`, or, where that is null,
    /// only within its owner: it is never entered, and changes when follow() is called.
    cancel_scope(task_node& host, cancel_scope* around) noexcept;
    /// Takes over what is around it now. Requires: the lock of the host is held.
    void follow() noexcept;

private:
    friend class task_node;
    friend class task_owner;
    friend struct impl::layout;

    class alarm final : public timer {
    public:
        alarm(cancel_scope& scope, time_point deadline) noexcept : timer(deadline), scope_(scope) {}
        [[nodiscard]] std::string label() const override { return "deadline"; }
        void set(time_point deadline) noexcept { deadline_ = deadline; }

    private:
        abort_answer abort() noexcept override { return abort_answer::woken; }
        void expire() noexcept override;
        cancel_scope& scope_;
    };

    // Changed under the host's lock where its home has several threads; looked at without.
    using flag = std::atomic<bool>;
    static bool look(const flag& of) noexcept { return of.load(std::memory_order_relaxed); }
    static void put(flag& into, bool value) noexcept {
        into.store(value, std::memory_order_relaxed);
    }

    void silence() noexcept;
    /// Passes a change of effective_ on to the tasks of an owner; a plain scope has none.
    void refresh_tasks() noexcept;

    cancel_scope* parent_ = nullptr;   // the scope outside; across a group, in the parent task
    task_node* host_ = nullptr;        // the task inside which it was entered; null for rooted
    flag requested_{false};
    flag effective_{false};            // requested, or the parent's unless shielded
    bool shielded_ = false;
    const bool owns_tasks_ = false;    // it is a task_owner
    flag expired_{false};
    bool entered_ = false;
    bool outer_cancelled_ = false;     // as it was when the scope was left
    alarm alarm_;
};

}  // namespace troika
