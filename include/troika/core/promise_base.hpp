// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancelled.hpp>
#include <troika/core/recycler.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task_node.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

namespace troika {

template <class T>
class task;

namespace impl {

template <class T>
class task_awaiter;

class promise_base;

/// An awaiter that handles a cancelled scope itself instead of being refused on entry.
template <class A>
concept checks_cancellation_itself =
    requires { typename std::remove_cvref_t<A>::checks_cancellation_itself; };

template <class A>
concept has_member_co_await = requires(A&& a) { std::forward<A>(a).operator co_await(); };

/// What follows a coroutine that nobody awaits directly: the join of a fork, a way back home.
///
/// Stands in the place of the awaiter. Thread: that on which the coroutine ends.
class continuation_hook {
public:
    continuation_hook(const continuation_hook&) = delete;
    continuation_hook& operator=(const continuation_hook&) = delete;

    /// The coroutine `self` stands at its final suspension; `failed` says that it threw.
    /// Returns: what is to be resumed now.
    virtual std::coroutine_handle<> coroutine_ended(std::coroutine_handle<> self,
                                                    promise_base& promise,
                                                    bool failed) noexcept = 0;
    /// The coroutine that goes on afterwards, for stacks.
    [[nodiscard]] virtual std::coroutine_handle<> successor() const noexcept = 0;

protected:
    continuation_hook() noexcept = default;
    continuation_hook(continuation_hook&&) noexcept {}
    ~continuation_hook() = default;
};

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
    /// The coroutine that awaits this one; null for the root of a task. Requires: it has begun.
    [[nodiscard]] std::coroutine_handle<> continuation() const noexcept {
        if (!has_hook()) [[likely]]
            return awaiter();
        return hook() == nullptr ? nullptr : hook()->successor();
    }
    /// The same. Requires: not has_hook().
    [[nodiscard]] std::coroutine_handle<> awaiter() const noexcept {
        return std::coroutine_handle<>::from_address(awaiter_);
    }
    /// Whether something else than an awaiting coroutine follows: hook(), or nothing.
    [[nodiscard]] bool has_hook() const noexcept {
        return (reinterpret_cast<std::uintptr_t>(awaiter_) & 1) != 0;
    }
    /// Null for the root of a task. Requires: has_hook().
    [[nodiscard]] continuation_hook* hook() const noexcept {
        return reinterpret_cast<continuation_hook*>(reinterpret_cast<std::uintptr_t>(awaiter_) - 1);
    }
    /// The await at which it stands; before the first, where it begins.
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

    void begin_under(task_node& node, std::coroutine_handle<> continuation) noexcept {
        node_ = &node;
        awaiter_ = continuation.address();
    }

    void begin_under(task_node& node, continuation_hook* next) noexcept {
        node_ = &node;
        awaiter_ = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(next) + 1);
    }

    /// Ends a root that never ran as one that was cancelled.
    using refusal = void (*)(promise_base& root) noexcept;

    /// Makes it the root of a task that has not begun.
    void stand_as_root(task_node& node, refusal refuse) noexcept {
        node_ = &node;
        refuse_ = refuse;
    }

    std::suspend_always initial_suspend() const noexcept { return {}; }

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

    friend class troika::task_node;
    friend struct layout;
    friend class trip;

    union {
        void* awaiter_ = nullptr;   // the frame of the coroutine that awaits this one; a hook + 1
        refusal refuse_;            // of a root until it begins
    };
    task_node* node_ = nullptr;
    std::source_location where_;
};

/// Tells the report sink of a task that was dropped before it ran. Debug builds only.
void report_never_awaited(const std::source_location& where) noexcept;

}  // namespace impl

inline void task_node::begin() noexcept {
    const auto root = std::coroutine_handle<impl::promise_base>::from_address(frame_);
    impl::promise_base& promise = root.promise();
    const impl::promise_base::refusal refuse = promise.refuse_;
    promise.begin_under(*this, static_cast<impl::continuation_hook*>(nullptr));
    if (is_cancelled()) [[unlikely]] {
        refuse(promise);
        return;
    }
    started_ = true;
    root.resume();
}

}  // namespace troika
