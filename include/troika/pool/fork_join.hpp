// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/promise_base.hpp>
#include <troika/core/suspension.hpp>
#include <troika/core/task.hpp>
#include <troika/pool/pool_item.hpp>
#include <troika/pool/pool_worker.hpp>
#include <troika/tasks/gather.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

namespace impl {

class fork_base;
class fork_owner;
class branch_node;

/// One child of a fork that another worker may take: any but the first.
class fork_branch final : public pool_branch {
public:
    fork_branch() noexcept = default;

private:
    friend class fork_base;
    void run_taken() noexcept override;

    fork_base* fork_ = nullptr;
    void* child_ = nullptr;   // its coroutine
};

/// A coroutine that waits for several children: what does not know their types.
///
/// The first child runs at once, in the place of the parent; the others are offered to thieves, and
/// taken back one by one. A child that nobody has stolen runs in its parent's task and costs two
/// operations on the deque; one that was stolen gets a node of its own, and the last to end resumes
/// the parent. The parent's frame holds all that is needed.
/// Thread: the parent's; coroutine_ended() and run_elsewhere() that of the child.
class fork_base : public suspension, private continuation_hook {
public:
    [[nodiscard]] std::string label() const override;

protected:
    fork_base() noexcept = default;
    fork_base(fork_base&& other) noexcept : suspension(std::move(other)) {}
    ~fork_base() = default;

    static void set(fork_branch& branch, std::coroutine_handle<> child) noexcept {
        branch.child_ = child.address();
    }

    /// Begins all children. Returns: what to resume.
    template <class P>
    [[gnu::always_inline]] std::coroutine_handle<> begin(std::coroutine_handle<P> parent,
                                                         std::coroutine_handle<> first,
                                                         fork_branch* branches,
                                                         std::uint32_t count) noexcept {
        node_ = &parent.promise().node();
        parent_ = parent.address();
        branches_ = branches;
        count_ = count;
        // The owner may be another one by the time it is asked for: see task_owner::hand_over().
        scope_ = node_->scope().host() == node_ ? &node_->scope() : nullptr;
        pool_worker* const worker = pool_worker::current();
        if (worker == nullptr || node_->has_context()) [[unlikely]]
            return begin_apart(first);
        return begin_here(*worker, first);
    }

    /// After the await: gives up what was made for stolen children. Returns: whether all children
    /// have ended with a value or with an error of their own; else see failure().
    [[nodiscard]] bool join() noexcept {
        if (side_.load(std::memory_order_relaxed) != nullptr || context_ != nullptr) [[unlikely]]
            clean_up();
        return failed_.load(std::memory_order_relaxed) == nothing;
    }
    /// Returns: which child was the first to fail; -1 when some never began, due to a cancellation.
    [[nodiscard]] std::int32_t failure() const noexcept {
        return failed_.load(std::memory_order_relaxed);
    }

private:
    friend class fork_branch;
    friend class branch_node;

    static constexpr std::int32_t skipped = -1;
    static constexpr std::int32_t nothing = -2;

    static promise_base& promise_of(void* frame) noexcept {
        return std::coroutine_handle<promise_base>::from_address(frame).promise();
    }

    [[gnu::always_inline]] std::coroutine_handle<> begin_here(
        pool_worker& worker, std::coroutine_handle<> first) noexcept {
        for (std::uint32_t i = count_; i-- > 0;) {
            branches_[i].fork_ = this;
            if (!worker.offer(branches_[i])) [[unlikely]] {
                offered_from_ = i + 1;
                break;
            }
        }
        promise_of(first.address()).begin_under(*node_, this);
        return first;
    }
    /// Where there is no worker to offer to, or more to pass on.
    std::coroutine_handle<> begin_apart(std::coroutine_handle<> first) noexcept;
    std::coroutine_handle<> begin_on_loop(std::coroutine_handle<> first) noexcept;

    std::coroutine_handle<> coroutine_ended(std::coroutine_handle<> self, promise_base& promise,
                                            bool failed) noexcept final {
        static_cast<void>(self);
        if (&promise.node() != node_) [[unlikely]]
            return ended_elsewhere(promise, failed);
        if (failed) [[unlikely]]
            note(static_cast<std::int32_t>(running_));
        return go_on();
    }
    [[nodiscard]] std::coroutine_handle<> successor() const noexcept final {
        return std::coroutine_handle<>::from_address(parent_);
    }

    /// Takes back the next child, or waits for those that were stolen.
    [[gnu::always_inline]] std::coroutine_handle<> go_on() noexcept {
        while (next_ < count_) {
            fork_branch& branch = branches_[next_];
            ++next_;
            pool_worker* const worker = pool_worker::current();
            const bool mine = next_ <= offered_from_ ||
                              (worker != nullptr && worker->take_back(branch));
            if (!mine) {
                ++taken_;
                continue;
            }
            if (is_over()) [[unlikely]] {
                note(skipped);
                continue;
            }
            running_ = next_;
            promise_base& child = promise_of(branch.child_);
            if (next_ == count_ && taken_ == 0) [[likely]]
                child.begin_under(*node_, successor());   // nothing is left to do afterwards
            else
                child.begin_under(*node_, this);
            return std::coroutine_handle<>::from_address(branch.child_);
        }
        if (taken_ == 0) return successor();
        return wait_for_taken();
    }
    std::coroutine_handle<> wait_for_taken() noexcept;

    /// Whether a child that has not begun shall not.
    [[nodiscard]] bool is_over() const noexcept {
        return failed_.load(std::memory_order_relaxed) != nothing || node_->is_cancelled();
    }
    void note(std::int32_t failed) noexcept;

    void run_elsewhere(fork_branch& branch) noexcept;
    std::coroutine_handle<> ended_elsewhere(promise_base& promise, bool failed) noexcept;
    void arrive() noexcept;
    fork_owner& side();
    void clean_up() noexcept;

    // The children end soon, by the same cancellation.
    abort_answer abort() noexcept final { return abort_answer::pending; }

    // Set by begin(), so that a fork costs no store too many.
    task_node* node_;
    void* parent_;
    fork_branch* branches_;
    cancel_scope* scope_;                    // of the parent, in which the children are; or null
    std::uint32_t count_;                    // of branches

    std::uint32_t next_ = 0;                 // the next branch to take back
    std::uint32_t running_ = 0;              // the child that runs in the parent's task
    std::uint32_t taken_ = 0;                // branches that were not there any more
    std::uint32_t offered_from_ = 0;         // those before could not be offered
    std::atomic<std::int32_t> balance_{0};   // stolen children that have ended, less those awaited
    std::atomic<std::int32_t> failed_{nothing};
    std::atomic<fork_owner*> side_{nullptr};
    context_binding* context_ = nullptr;
};

inline void fork_branch::run_taken() noexcept { fork_->run_elsewhere(*this); }

/// What fork_join() gives for its arguments: an awaiter.
template <class... Ts>
class [[nodiscard("a fork does nothing until it is awaited")]] fork_join_operation final
    : public fork_base {
public:
    explicit fork_join_operation(task<Ts>&... children) noexcept : children_(&children...) {}
    fork_join_operation(fork_join_operation&& other) noexcept
        : fork_base(std::move(other)), children_(other.children_) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<promise_base> P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> parent) noexcept {
        return begin_each(parent, std::index_sequence_for<Ts...>{});
    }
    gathered<Ts...> await_resume() {
        if (!join()) [[unlikely]]
            fail();
        if constexpr ((std::is_void_v<Ts> && ...))
            std::apply([](auto*... each) { (take_one(*each), ...); }, children_);
        else
            return take_all(std::index_sequence_for<Ts...>{});
    }

    /// The children are dropped on purpose: the await was refused.
    void abandon() noexcept {
        std::apply([](auto*... each) { (each->abandon(), ...); }, children_);
    }

private:
    template <class P, std::size_t... I>
    std::coroutine_handle<> begin_each(std::coroutine_handle<P> parent,
                                       std::index_sequence<I...>) noexcept {
        (set_one<I>(), ...);
        return begin(parent, task_access::frame(*std::get<0>(children_)), branches_.data(),
                     sizeof...(Ts) - 1);
    }
    template <std::size_t I>
    void set_one() noexcept {
        if constexpr (I > 0)
            set(branches_[I - 1], task_access::frame(*std::get<I>(children_)));
    }
    template <std::size_t... I>
    gathered<Ts...> take_all(std::index_sequence<I...>) {
        return gathered<Ts...>{take_one(*std::get<I>(children_))...};
    }
    template <class T>
    static kept_t<T> take_one(task<T>& of) {
        if constexpr (std::is_void_v<T>) {
            task_access::frame(of).promise().ended().take();
            return {};
        } else {
            return kept_t<T>(task_access::frame(of).promise().ended().take());
        }
    }
    [[noreturn, gnu::cold]] void fail() {
        const std::int32_t first = failure();
        std::int32_t index = 0;
        auto drop = [](auto& child) {
            if (!task_access::frame(child).done()) child.abandon();
        };
        auto raise = [&](auto& child) {
            if (index++ == first) task_access::frame(child).promise().ended().take();
        };
        std::apply([&](auto*... each) { (drop(*each), ...); }, children_);
        std::apply([&](auto*... each) { (raise(*each), ...); }, children_);
        throw cancelled{};
    }

    std::tuple<task<Ts>*...> children_;
    std::array<fork_branch, sizeof...(Ts) - 1> branches_;
};

/// What fork_join() gives for a range: an awaiter.
template <class T>
class [[nodiscard("a fork does nothing until it is awaited")]] fork_join_range_operation final
    : public fork_base {
public:
    explicit fork_join_range_operation(std::vector<task<T>> children)
        : children_(std::move(children)),
          branches_(children_.size() > 1 ? std::make_unique<fork_branch[]>(children_.size() - 1)
                                         : nullptr) {}
    fork_join_range_operation(fork_join_range_operation&&) noexcept = default;

    [[nodiscard]] bool await_ready() const noexcept { return children_.empty(); }
    template <std::derived_from<promise_base> P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> parent) noexcept {
        for (std::size_t i = 1; i < children_.size(); ++i)
            set(branches_[i - 1], task_access::frame(children_[i]));
        return begin(parent, task_access::frame(children_[0]), branches_.get(),
                     static_cast<std::uint32_t>(children_.size() - 1));
    }
    gathered_range<T> await_resume() {
        if (!join()) [[unlikely]]
            fail();
        if constexpr (std::is_void_v<T>) {
            for (task<T>& each : children_) task_access::frame(each).promise().ended().take();
        } else {
            std::vector<kept_t<T>> values;
            values.reserve(children_.size());
            for (task<T>& each : children_)
                values.push_back(kept_t<T>(task_access::frame(each).promise().ended().take()));
            return values;
        }
    }
    void abandon() noexcept {
        for (task<T>& each : children_) each.abandon();
    }

private:
    [[noreturn, gnu::cold]] void fail() {
        const std::int32_t first = failure();
        for (task<T>& each : children_)
            if (!task_access::frame(each).done()) each.abandon();
        if (first >= 0)
            task_access::frame(children_[static_cast<std::size_t>(first)]).promise().ended().take();
        throw cancelled{};
    }

    std::vector<task<T>> children_;
    std::unique_ptr<fork_branch[]> branches_;
};

}  // namespace impl

/// Runs the tasks in parallel where idle workers take some of them, and waits for all: an awaiter,
/// to be awaited where it is made, `auto parts = co_await fork_join(f(a), f(b));`.
///
/// For parts of a computation that do not depend on each other. Within a task of a thread pool the
/// first begins at once, and each of the others when a worker takes it, or in their order; on a
/// loop all begin, and their waits overlap.
/// Returns: a tuple in the order of the arguments, as gather(). Throws: the first failure, after
/// all that had begun have ended; what had not begun then never does.
/// Cancel: cancels those that run; those that have not begun never do.
/// Lifetime: the arguments live to the end of the full expression, which is what an await needs.
template <class... Ts>
    requires(sizeof...(Ts) > 0)
impl::fork_join_operation<Ts...> fork_join(task<Ts>&&... children) noexcept {
    (check(children.valid(), "a task is awaited once"), ...);
    return impl::fork_join_operation<Ts...>(children...);
}

/// The same for any number of tasks of one type. Returns: a vector in their order.
template <class T>
impl::fork_join_range_operation<T> fork_join(std::vector<task<T>> children) {
    return impl::fork_join_range_operation<T>(std::move(children));
}

}  // namespace troika
