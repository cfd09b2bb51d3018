// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/trace.hpp>
#include <troika/inspect/trace_data.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace troika {

class scheduler;

namespace impl {
struct recorded;
class recording;
}  // namespace impl

/// Records what schedulers do: the runs and waits of their tasks, who woke whom, jobs, steals.
///
/// Each thread writes records of 32 bytes into a ring of its own, some tens of nanoseconds for
/// each; of what does not fit the oldest is lost, and counted. A task takes four records and two
/// for each wait.
/// A scheduler has one observer at a time: trace_to() and TROIKA_TRACE record those that have none.
/// Thread: any. Lifetime: that of the schedulers it records, where these are pools or other threads
/// wake their tasks; else until stop().
class trace_recorder final : public trace_hooks {
public:
    struct options {
        /// Records that are kept of each thread: rounded up to a power of two, 2^24 at most. Their
        /// memory is taken when they are written.
        std::size_t records_per_thread_max = std::size_t{1} << 20;
        /// Threads that are recorded; what others do is only counted, as lost.
        std::size_t threads_max = 1024;
    };

    trace_recorder();
    /// Throws: std::invalid_argument for a limit of zero.
    explicit trace_recorder(const options& limits);
    trace_recorder(const trace_recorder&) = delete;
    trace_recorder& operator=(const trace_recorder&) = delete;
    ~trace_recorder() override;

    /// From now on `of` is recorded; for a pool, `threads.home()`.
    void record(scheduler& of) noexcept;
    void stop(scheduler& of) noexcept;

    /// Puts a moment with this name on the lane of the task, or thread, that calls.
    void mark(std::string_view name) noexcept;

    /// What was recorded up to now, while it goes on. Throws: std::bad_alloc.
    [[nodiscard]] trace_data snapshot() const;

private:
    friend class impl::recording;

    void on_start(const task_node& task) noexcept override;
    void on_resume(const task_node& task) noexcept override;
    void on_suspend(const task_node& task) noexcept override;
    void on_end(const task_node& task) noexcept override;
    void on_fail(const task_node& task, bool cancelled) noexcept override;
    void on_ready(const task_node& task) noexcept override;
    void on_wake_posted(const task_node& task) noexcept override;
    void on_poll(const scheduler& loop, std::size_t in_flight, bool sleeps) noexcept override;
    void on_polled(const scheduler& loop) noexcept override;
    void on_submit(const scheduler& pool, const void* work) noexcept override;
    void on_run(std::size_t worker, const void* work, const char* type) noexcept override;
    void on_ran(std::size_t worker) noexcept override;
    void on_steal(std::size_t thief, std::size_t victim) noexcept override;
    void on_park(std::size_t worker) noexcept override;
    void on_wake(std::size_t worker) noexcept override;
    void on_call_sent(int pid, std::uint64_t number) noexcept override;
    void on_call_answered(int pid, std::uint64_t number, bool failed) noexcept override;
    void on_call_begun(std::uint64_t number) noexcept override;
    void on_call_done(std::uint64_t number, bool failed) noexcept override;

    const std::unique_ptr<impl::recording> recording_;
};

}  // namespace troika
