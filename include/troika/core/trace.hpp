// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <source_location>

namespace troika {

class task_node;
class suspension;

/// What an observer of a scheduler is told. Tracing, live views and tests are clients of these
/// hooks; a scheduler without an observer pays one predictable branch.
///
/// Thread: that of the scheduler. Must not throw, start, cancel or wake tasks.
class trace_hooks {
public:
    virtual ~trace_hooks() = default;
    /// A task was started: it is ready for the first time.
    virtual void on_start(const task_node&) noexcept {}
    /// The task gets the turn.
    virtual void on_resume(const task_node&) noexcept {}
    /// The task gave the turn back: it waits (see task_node::waits_for), is ready again, or has
    /// ended.
    virtual void on_suspend(const task_node&) noexcept {}
    /// The task has ended; its node is about to go.
    virtual void on_end(const task_node&) noexcept {}

    // Of a thread pool, whose workers are numbered from 0. Thread: any, several at a time.

    /// A job was given to the pool.
    virtual void on_submit() noexcept {}
    /// A worker begins with a job, or has done it.
    virtual void on_run(std::size_t /*worker*/) noexcept {}
    virtual void on_ran(std::size_t /*worker*/) noexcept {}
    /// One worker has taken work from another.
    virtual void on_steal(std::size_t /*thief*/, std::size_t /*victim*/) noexcept {}
    /// A worker found nothing to do and sleeps, or is woken.
    virtual void on_park(std::size_t /*worker*/) noexcept {}
    virtual void on_wake(std::size_t /*worker*/) noexcept {}
};

}  // namespace troika
