// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/executor.hpp>
#include <troika/core/task.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace troika::impl {

/// Some inputs of a map, which one job works off, and where it leaves what came of each.
class map_job : public list_hook<> {
public:
    map_job() noexcept = default;
    map_job(const map_job&) = delete;
    map_job& operator=(const map_job&) = delete;
    virtual ~map_job() = default;

    future<void> done;
    std::size_t count = 0;
    std::size_t taken = 0;   // results that were given out
};

/// The jobs of a map that were submitted and whose results were not all given out: what does not
/// know the types.
///
/// Thread: one at a time.
class map_window {
public:
    map_window(const map_window&) = delete;
    map_window& operator=(const map_window&) = delete;

protected:
    /// `workers` of the pool, for what is automatic.
    map_window(map_options how, std::size_t workers);
    ~map_window() = default;

    [[nodiscard]] std::size_t chunk() const noexcept { return chunk_; }
    /// Whether another chunk may be submitted.
    [[nodiscard]] bool has_room() const noexcept {
        return !closed_ && ahead_ <= buffer_max_ - chunk_;
    }
    /// Takes over `job`, which was submitted.
    void add(map_job& job) noexcept;
    /// There is no more to submit; `why`, or null, comes after all results.
    void finish(std::exception_ptr why) noexcept;

    /// Leaves the result that was given out last. Returns: the job that has, or will have, the next
    /// one; null after the last. Throws: what finish() was given.
    map_job* advance();
    /// Blocks the thread until that job is done. Throws: timeout_error; std::logic_error on a
    /// thread that runs an event loop and would wait for itself.
    void block(map_job& job) const;
    /// The same for a task. Cancel: ends the map, and waits for what runs.
    task<void> wait(map_job& job);
    /// Its next result is given out now.
    void give_out(map_job& job) noexcept {
        current_ = &job;
        --ahead_;
    }
    [[nodiscard]] map_job* current() const noexcept { return current_; }

    /// Cancels what has not begun, and waits for what runs.
    task<void> leave();
    /// The same, blocking the thread.
    void leave_blocking() noexcept;

private:
    void refuse_all() noexcept;
    void drop_all() noexcept;

    const duration timeout_;
    const time_point deadline_;
    const std::size_t buffer_max_;
    const std::size_t chunk_;
    std::size_t ahead_ = 0;   // inputs submitted, whose results were not given out
    bool closed_ = false;
    std::exception_ptr error_;   // what comes after the last result
    intrusive_list<map_job> jobs_;
    map_job* current_ = nullptr;   // of the result that was given out last
};

/// A task that looks at cancellations itself, so that a cancelled scope does not refuse it.
template <class T>
class [[nodiscard("a step does nothing until it is awaited")]] unrefused {
public:
    using checks_cancellation_itself = void;
    explicit unrefused(task<T> work) noexcept : work_(std::move(work)) {}
    auto operator co_await()&& noexcept { return std::move(work_).operator co_await(); }

private:
    task<T> work_;
};

}  // namespace troika::impl
