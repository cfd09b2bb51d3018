// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancel_scope.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task.hpp>

#include <cstddef>
#include <exception>
#include <string>

namespace troika {

/// How a task is started.
struct task_options {
    const char* name = nullptr;   ///< for the tree and the traces; must outlive the task
};

/// A scope that owns tasks: the parent of a generation in the task tree.
///
/// Task groups, gather, race and the scheduler's own root are owners; what they differ in is what
/// they make of a failure. An owner is left only when its tasks have ended.
/// Thread: its home's; where that has several threads, any of them, and the list of tasks is
/// guarded by a lock of its own.
class task_owner : public cancel_scope {
public:
    task_owner(const task_owner&) = delete;
    ~task_owner() override;

    /// Starts `work` as a child: it is ready, and runs when its turn comes.
    /// Returns: the future of its result; dropping it changes nothing.
    template <class T>
    future<T> start(task<T>&& work, task_options options = {}) {
        return impl::future_access::adopt<T>(new_state(work, options, 2));
    }
    /// The same where nobody wants the result.
    template <class T>
    void start_forgotten(task<T>&& work, task_options options = {}) {
        new_state(work, options, 1);
    }

    [[nodiscard]] scheduler& home() const noexcept { return home_; }
    [[nodiscard]] std::size_t task_count() const noexcept {
        // Under the lock: once none is left, the owner may go, and the last to leave still holds
        // the lock for a moment.
        const guard here(*this);
        return task_count_;
    }
    [[nodiscard]] intrusive_list<task_node>& tasks() noexcept { return tasks_; }
    [[nodiscard]] const intrusive_list<task_node>& tasks() const noexcept { return tasks_; }

    /// Parks the current task until no child is left, cancelled or not. An awaiter.
    class join_operation final : public suspension {
    public:
        using checks_cancellation_itself = void;
        explicit join_operation(task_owner& of) noexcept : of_(of) {}
        [[nodiscard]] bool await_ready() const noexcept { return of_.task_count() == 0; }
        template <std::derived_from<impl::promise_base> P>
        bool await_suspend(std::coroutine_handle<P> frame) noexcept {
            park(frame.promise().node(), frame);
            {
                const guard here(of_);
                if (of_.task_count_ != 0) {
                    of_.joiner_ = this;
                    return true;
                }
            }
            unpark();
            return false;
        }
        void await_resume() const noexcept {}
        [[nodiscard]] std::string label() const override;

    private:
        friend class task_owner;
        // The children are cancelled by the same cancellation; their end wakes us.
        abort_answer abort() noexcept override { return abort_answer::pending; }
        task_owner& of_;
    };
    [[nodiscard]] join_operation join() noexcept { return join_operation{*this}; }

    /// Hands all children over to `other`, of the same home; they stay in the scopes they are in
    /// only through `other` from now on.
    void hand_over(task_owner& other) noexcept;

protected:
    /// Guards what children change where they run on several threads: the list, and what an owner
    /// makes of their failures. No scope is cancelled and no task woken under it.
    class guard : public impl::spin_guard {
    public:
        explicit guard(const task_owner& of) noexcept
            : spin_guard(of.home_.is_shared() ? &of.list_lock_ : nullptr) {}
    };

    /// Owner within the current task.
    task_owner();
    /// Owner of tasks that no task started.
    explicit task_owner(scheduler& home) noexcept;
    /// Owner beside the scopes that `host` is in, within `around`: see cancel_scope.
    task_owner(task_node& host, cancel_scope* around) noexcept;

    /// Takes over a child that runs already.
    void adopt_running(task_node& child) noexcept;

private:
    friend class task_node;
    friend class cancel_scope;
    friend class impl::trip;
    friend class task_tree;

    /// A child ended by throwing `error`, which is not `cancelled`. Called before it has left.
    virtual void child_failed(task_node& child, const std::exception_ptr& error) noexcept = 0;
    /// A child ended by throwing `cancelled`, whoever asked for that. Called before it has left.
    virtual void child_cancelled(task_node&) noexcept {}

    template <class T>
    impl::task_state<T>* new_state(task<T>& work, task_options options, std::uint32_t references) {
        check(work.valid(), "a task is started once");
        auto* state = new impl::task_state<T>(*this, work.frame_, options.name, references);
        work.release().promise().stand_as_root(*state, impl::task_promise<T>::refuse);
        adopt(*state);
        return state;
    }
    void adopt(task_node& child) noexcept;
    void child_left(task_node& child) noexcept;
    // For homes with several threads.
    void adopt_shared(task_node& child) noexcept;
    void child_left_shared(task_node& child) noexcept;
    void refresh_owned() noexcept;
    void re_own(task_node& child, task_owner& other) const noexcept;
    void pass_context_on(const task_node& starter, task_node& child) const noexcept;
    void tell_start(const task_node& child) const noexcept;

    scheduler& home_;
    mutable impl::spin_lock list_lock_;
    intrusive_list<task_node> tasks_;
    std::size_t task_count_ = 0;
    join_operation* joiner_ = nullptr;
};

// What every start and end of a task goes through stands here, so that it is inlined.

inline task_node::task_node(task_owner& owner, std::coroutine_handle<> root, const char* name,
                            std::uint32_t references) noexcept
    : future_core(maker::task, references), frame_(root.address()), scope_(&owner),
      home_(&owner.home()), name_(name), id_(owner.home().next_task_id()) {}

inline task_owner& task_node::owner() const noexcept {
    const cancel_scope* scope = scope_.load(std::memory_order_relaxed);
    while (scope->host() == this) scope = scope->parent();
    return static_cast<task_owner&>(const_cast<cancel_scope&>(*scope));
}

inline void task_owner::adopt(task_node& child) noexcept {
    // A task sees the context of the one that started it, as it is now.
    if (const task_node* starter = impl::current_thread.task;
        starter != nullptr && starter->context_ != nullptr) [[unlikely]]
        pass_context_on(*starter, child);
    if (home_.is_shared()) [[unlikely]] {
        adopt_shared(child);
        return;
    }
    child.cancelled_.store(is_cancelled(), std::memory_order_relaxed);
    tasks_.push_back(child);
    ++task_count_;
    if (home_.hooks() != nullptr) [[unlikely]]
        tell_start(child);
    home_.schedule_here(child);
}

inline void task_owner::child_left(task_node& child) noexcept {
    intrusive_list<task_node>::remove(child);
    if (--task_count_ == 0 && joiner_ != nullptr) [[unlikely]]
        std::exchange(joiner_, nullptr)->wake();
}

inline void task_node::finish() noexcept {
    if (is_cancelled()) [[unlikely]]
        destroy_cancelled();
    else
        std::coroutine_handle<>::from_address(frame_).destroy();
    frame_ = nullptr;
    if (context_ != nullptr) [[unlikely]]
        drop_context();
    if (home().hooks() != nullptr) [[unlikely]]
        tell_end();
    owner().child_left(*this);
    if (complete_and_release()) link_.dispose(this);
}

inline void suspension::wake() noexcept {
    task_node& node = waiter();
    check(node.state() == task_node::run_state::parked && node.link_.wait == this,
          "wake() of a task that is not parked here");
    scheduler& home = node.home();
    if (home.hooks() != nullptr) [[unlikely]]
        node.tell_ready();
    if (home.is_shared()) [[unlikely]]
        node.wake_shared();
    else
        home.schedule(node);
}

/// The task that runs on this thread. Requires: one does.
[[nodiscard]] inline task_node& current_task() noexcept {
    check(impl::current_thread.task != nullptr,
          "this runs in a task only: hand it to troika::run()");
    return *impl::current_thread.task;
}

}  // namespace troika
