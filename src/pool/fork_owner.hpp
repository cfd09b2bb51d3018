// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/core/task_owner.hpp>

namespace troika::impl {

class fork_base;

/// The node of a child of a fork that does not run in its parent's task: it was stolen, or its
/// parent lives on a loop. Its result stays in the child's coroutine.
class branch_node final : public task_node, public recycled {
public:
    branch_node(fork_owner& owner, fork_base& fork, void* child, std::int32_t index) noexcept;

    /// The child has ended; the scheduler then finishes the node.
    void end() noexcept;

    [[nodiscard]] fork_base& fork() const noexcept { return fork_; }
    [[nodiscard]] std::int32_t index() const noexcept { return index_; }

private:
    static void dispose(task_node* node) noexcept;

    fork_base& fork_;
    const std::int32_t index_;   // of the child
};

/// The owner of those nodes. Made when the first is needed, as most forks need none.
///
/// It follows the scope that the parent was in when it forked: on a pool beside the parent's own
/// scopes, because a child may be running in the parent's task, and enter others meanwhile.
class fork_owner final : public task_owner {
public:
    /// For a parent on a pool.
    fork_owner(task_node& host, cancel_scope* around) noexcept : task_owner(host, around) {}
    /// For a parent on a loop, which is the current task: an ordinary scope.
    fork_owner() = default;

    using task_owner::adopt_running;

private:
    friend class pool_engine;
    void child_failed(task_node&, const std::exception_ptr&) noexcept override {}

    fork_owner* next_ = nullptr;   // the engine's list; guarded by its sides_lock_, as what follows
    std::uint32_t pins_ = 0;       // threads that pass a cancellation on to it
};

}  // namespace troika::impl
