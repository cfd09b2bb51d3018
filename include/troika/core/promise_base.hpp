// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/core/recycler.hpp>
#include <troika/core/task_node.hpp>

#include <concepts>
#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

namespace troika {

template <class T>
class task;

namespace impl {

template <class T>
class task_awaiter;

/// An awaiter that handles a cancelled scope itself instead of being refused on entry.
template <class A>
concept checks_cancellation_itself =
    requires { typename std::remove_cvref_t<A>::checks_cancellation_itself; };

template <class A>
concept has_member_co_await = requires(A&& a) { std::forward<A>(a).operator co_await(); };

/// What every coroutine of a task has, whatever it yields: who awaits it, which task it is part of,
/// and where it stands. Two pointers and a location: awaiting a child is two stores.
///
/// All awaits pass await_transform, so none can dodge the cancellation check, nor go unnamed in a
/// stack.
class promise_base {
public:
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }

    [[nodiscard]] task_node& node() const noexcept { return *node_; }
    /// The coroutine that awaits this one; null for the root of a task.
    [[nodiscard]] std::coroutine_handle<> continuation() const noexcept { return continuation_; }
    /// The await at which it stands; before the first, where it begins.
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

    void begin_under(task_node& node, std::coroutine_handle<> continuation) noexcept {
        node_ = &node;
        continuation_ = continuation;
    }

    /// The root of a task that was cancelled before it started never runs.
    struct start {
        promise_base* self;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const {
            if (self->continuation_ != nullptr) return;
            if (self->node_->is_cancelled()) [[unlikely]]
                throw cancelled{};
            self->node_->started_ = true;
        }
    };
    start initial_suspend() noexcept { return {this}; }

    template <class A>
    decltype(auto) await_transform(A&& operation, std::source_location where =
                                                      std::source_location::current()) {
        where_ = where;
        if constexpr (!checks_cancellation_itself<A>) {
            if (node_->is_cancelled()) [[unlikely]] {
                abandon(operation);
                throw cancelled{};
            }
        }
        if constexpr (has_member_co_await<A>)
            return std::forward<A>(operation).operator co_await();
        else
            return std::forward<A>(operation);
    }

protected:
    explicit promise_base(std::source_location where) noexcept : where_(where) {}
    ~promise_base() = default;
    promise_base(const promise_base&) = delete;
    promise_base& operator=(const promise_base&) = delete;

private:
    // A task that is refused on entry was not forgotten: it is not reported as never awaited.
    template <class A>
    static void abandon(A& operation) noexcept {
        if constexpr (requires { operation.abandon(); }) operation.abandon();
    }

    std::coroutine_handle<> continuation_;
    task_node* node_ = nullptr;
    std::source_location where_;
};

/// Tells the report sink of a task that was dropped before it ran. Debug builds only.
void report_never_awaited(const std::source_location& where) noexcept;

}  // namespace impl
}  // namespace troika
