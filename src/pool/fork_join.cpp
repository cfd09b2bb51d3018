// SPDX-License-Identifier: MIT
#include <troika/pool/fork_join.hpp>

#include <troika/core/context_var.hpp>

#include "pool/engine.hpp"
#include "pool/fork_owner.hpp"

#include <new>
#include <thread>

namespace troika::impl {

branch_node::branch_node(fork_owner& owner, fork_base& fork, void* child,
                         std::int32_t index) noexcept
    : task_node(owner, std::coroutine_handle<>::from_address(child), fork.node_->name(), 1),
      fork_(fork), index_(index) {
    context_ = fork.context_;
    context_binding::retain(context_);
    started_ = true;   // no root of a task: its coroutine knows what follows it
}

void branch_node::end() noexcept {
    frame_ = std::noop_coroutine().address();   // the child's belongs to the fork
    enter(run_state::ended);
    link_.dispose = &branch_node::dispose;
}

void branch_node::dispose(task_node* node) noexcept {
    auto* const me = static_cast<branch_node*>(node);
    fork_base& fork = me->fork_;
    delete me;
    fork.arrive();
}

std::string fork_base::label() const {
    return "fork_join of " + std::to_string(count_ + 1) + " tasks";
}

std::coroutine_handle<> fork_base::begin_apart(std::coroutine_handle<> first) noexcept {
    context_ = node_->context_;
    context_binding::retain(context_);
    if (!node_->home().is_shared()) return begin_on_loop(first);
    if (pool_worker* const worker = pool_worker::current()) return begin_here(*worker, first);
    // A thread of the pool that runs on without being a worker: see begin_blocking().
    auto& engine = static_cast<pool_engine&>(node_->home());
    for (std::uint32_t i = 0; i < count_; ++i) {
        branches_[i].fork_ = this;
        engine.push(pool_item(branches_[i]), false);
    }
    promise_of(first.address()).begin_under(*node_, this);
    return first;
}

std::coroutine_handle<> fork_base::begin_on_loop(std::coroutine_handle<> first) noexcept {
    auto* const owner = new fork_owner;
    side_.store(owner, std::memory_order_relaxed);
    for (std::uint32_t i = 0; i <= count_; ++i) {
        void* const child = i == 0 ? first.address() : branches_[i - 1].child_;
        auto* const node = new branch_node(*owner, *this, child, static_cast<std::int32_t>(i));
        promise_of(child).begin_under(*node, this);
        owner->adopt_running(*node);
        node_->home().schedule(*node);
    }
    next_ = count_;
    taken_ = count_ + 1;
    return wait_for_taken();
}

std::coroutine_handle<> fork_base::wait_for_taken() noexcept {
    task_node& node = *node_;
    // Parked first: from the subtraction on the last child may wake us.
    park(node, successor());
    const auto awaited = static_cast<std::int32_t>(taken_);
    const std::coroutine_handle<> parent = successor();
    // Acquire: pairs with arrive(), so that the children's results are there.
    if (balance_.fetch_sub(awaited, std::memory_order_acq_rel) != awaited)
        return std::noop_coroutine();
    unpark();
    return parent;
}

void fork_base::arrive() noexcept {
    // Release: the child's result is there for the parent.
    if (balance_.fetch_add(1, std::memory_order_acq_rel) == -1) wake();
}

void fork_base::note(std::int32_t failed) noexcept {
    std::int32_t before = failed_.load(std::memory_order_relaxed);
    // The first failure counts; that one never began counts as nothing beside it. Published by
    // arrive(), or seen by the parent's own thread.
    while (before < failed && before < 0)
        if (failed_.compare_exchange_weak(before, failed, std::memory_order_relaxed)) return;
}

fork_owner& fork_base::side() {
    fork_owner* found = side_.load(std::memory_order_acquire);
    if (found != nullptr) return *found;
    auto* const made = new fork_owner(*node_, scope_);
    auto& engine = static_cast<pool_engine&>(node_->home());
    engine.attach(*made);
    // Release: pairs with the load above.
    if (side_.compare_exchange_strong(found, made, std::memory_order_acq_rel)) return *made;
    engine.detach(*made);
    delete made;
    return *found;
}

void fork_base::clean_up() noexcept {
    context_binding::release(std::exchange(context_, nullptr));
    fork_owner* const owner = side_.exchange(nullptr, std::memory_order_acquire);
    if (owner == nullptr) return;
    if (node_->home().is_shared())
        static_cast<pool_engine&>(node_->home()).detach(*owner);
    delete owner;
}

void fork_base::run_elsewhere(fork_branch& branch) noexcept {
    if (is_over()) {
        note(skipped);
        arrive();
        return;
    }
    auto& engine = static_cast<pool_engine&>(node_->home());
    const auto index = static_cast<std::int32_t>(&branch - branches_) + 1;
    branch_node* node = nullptr;
    try {
        fork_owner& owner = side();
        node = new branch_node(owner, *this, branch.child_, index);
        owner.adopt_running(*node);
    } catch (const std::bad_alloc&) {   // perhaps later
        engine.push(pool_item(branch), true);
        return;
    }
    promise_of(branch.child_).begin_under(*node, this);
    engine.run_task(*node);
}

std::coroutine_handle<> fork_base::ended_elsewhere(promise_base& promise, bool failed) noexcept {
    auto& node = static_cast<branch_node&>(promise.node());
    if (failed) note(node.index());
    node.end();   // what is left, and arrive(), is done by the scheduler
    return std::noop_coroutine();
}

void pool_engine::attach(fork_owner& side) noexcept {
    const spin_guard host(side.host()->lock_if_shared());
    const spin_guard here(&sides_lock_);
    side.next_ = sides_;
    sides_ = &side;
    side.follow();
}

void pool_engine::detach(fork_owner& side) noexcept {
    for (;;) {
        {
            const spin_guard here(&sides_lock_);
            if (side.pins_ == 0) {
                fork_owner** link = &sides_;
                while (*link != &side) link = &(*link)->next_;
                *link = side.next_;
                return;
            }
        }
        std::this_thread::yield();
    }
}

void pool_engine::refresh_branches(task_node& host) noexcept {
    // With the lock open while a cancellation is passed on, which may come here again for a child.
    fork_owner* done = nullptr;
    for (;;) {
        fork_owner* found = nullptr;
        {
            const spin_guard here(&sides_lock_);
            found = done == nullptr ? sides_ : done->next_;
            while (found != nullptr && found->host() != &host) found = found->next_;
            if (found != nullptr) ++found->pins_;
            if (done != nullptr) --done->pins_;
        }
        if (found == nullptr) return;
        found->follow();
        done = found;
    }
}

}  // namespace troika::impl
