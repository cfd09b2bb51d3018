// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace troika {

class scheduler;
class task_node;

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
    /// The task ends by an exception, or because it was cancelled. Comes before its last
    /// on_suspend().
    virtual void on_fail(const task_node&, bool /*cancelled*/) noexcept {}
    /// The wait of the task is over: it is about to become ready. What runs on this thread is why,
    /// if anything does. Where several threads run tasks, this may come before the on_suspend() of
    /// that wait.
    virtual void on_ready(const task_node&) noexcept {}
    /// Another thread asks the task's home to end its wait; on_ready() follows there. Thread: any.
    virtual void on_wake_posted(const task_node&) noexcept {}

    // Of a loop, with operations in flight.

    /// The loop asks the poller for what is done; `sleeps`: until something is.
    virtual void on_poll(const scheduler&, std::size_t /*in_flight*/, bool /*sleeps*/) noexcept {}
    virtual void on_polled(const scheduler&) noexcept {}

    // Of a thread pool, whose workers are numbered from 0. Thread: any, several at a time; but for
    // on_submit() that of the worker. `work` is the same for a job from on_submit() to on_ran().

    /// A job was given to the pool.
    virtual void on_submit(const scheduler& /*pool*/, const void* /*work*/) noexcept {}
    /// A worker begins with a job, or with a branch of a computation that it has taken from
    /// another; or it has done it. `type` is the name of its type, as the compiler mangles it.
    virtual void on_run(std::size_t /*worker*/, const void* /*work*/,
                        const char* /*type*/) noexcept {}
    virtual void on_ran(std::size_t /*worker*/) noexcept {}
    /// One worker has taken work from another.
    virtual void on_steal(std::size_t /*thief*/, std::size_t /*victim*/) noexcept {}
    /// A worker found nothing to do and sleeps, or is woken.
    virtual void on_park(std::size_t /*worker*/) noexcept {}
    virtual void on_wake(std::size_t /*worker*/) noexcept {}

    // Of calls to other processes, numbered by the parent from 1 for each process. Thread: any.

    /// Sent to process `pid`; its answer, or its failure, is here.
    virtual void on_call_sent(int /*pid*/, std::uint64_t /*number*/) noexcept {}
    virtual void on_call_answered(int /*pid*/, std::uint64_t /*number*/,
                                  bool /*failed*/) noexcept {}
    /// In the worker: the call begins, or has been made.
    virtual void on_call_begun(std::uint64_t /*number*/) noexcept {}
    virtual void on_call_done(std::uint64_t /*number*/, bool /*failed*/) noexcept {}
};

}  // namespace troika
