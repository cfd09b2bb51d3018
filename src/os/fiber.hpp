// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

namespace troika::os {

/// A stack of its own, on which one function at a time runs until it switches away.
///
/// For tools that have to stop a function anywhere, such as the model checker: tasks are
/// coroutines and need no stack. Exceptions do not leave a fiber; those in flight stay with it.
/// Sanitizers are told of every switch; what is allocated on a fiber does not count as leaked, as
/// a fiber may be forgotten.
/// Thread: one; a fiber and those that it switches to stay on the thread that made them.
class fiber {
public:
    /// Stands for the stack on which the caller runs already.
    fiber();

    /// Makes a stack of at least `stack_bytes`, with a page under it that traps an overflow.
    /// Throws: std::bad_alloc.
    explicit fiber(std::size_t stack_bytes);
    fiber(const fiber&) = delete;
    fiber& operator=(const fiber&) = delete;
    ~fiber();

    /// The next switch to this fiber calls `main(argument)`, which never returns: its last act is
    /// a switch away. What ran here before is forgotten without being unwound: what its frames own
    /// is never freed.
    /// Requires: a stack of its own, and that it does not run now.
    void prepare(void (*main)(void* argument) noexcept, void* argument) noexcept;

    /// Leaves this fiber, which must be the one that runs, for `next`; returns when somebody
    /// switches back.
    void switch_to(fiber& next) noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace troika::os
