// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/executor.hpp>
#include <troika/core/future.hpp>
#include <troika/core/spin_lock.hpp>
#include <troika/core/task.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

namespace troika::impl {

class map_window;

/// Some inputs of a map, which one job works off, and where it leaves what came of each.
class map_job : public list_hook<>, public list_hook<struct map_ready>, private future_waiter {
public:
    map_job() noexcept = default;
    map_job(const map_job&) = delete;
    map_job& operator=(const map_job&) = delete;
    virtual ~map_job() = default;

    future<void> done;
    std::size_t count = 0;
    std::size_t taken = 0;   // results that were given out

private:
    friend class map_window;
    void future_done() noexcept override;

    map_window* window_ = nullptr;   // where it says that it is done, if that is wanted
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

    /// Leaves the result that was given out last. Returns: false when there is no other.
    /// Throws: what finish() was given.
    bool advance();
    /// Blocks the thread until the job that has the next one is done. Throws: timeout_error;
    /// std::logic_error on a thread that runs an event loop and would wait for itself.
    void block();
    /// The same for a task. Cancel: ends the map, and waits for what runs.
    task<void> wait();
    /// The next result is given out now. Requires: block(), or wait().
    void give_out() noexcept;
    [[nodiscard]] map_job* current() const noexcept { return current_; }

    /// Cancels what has not begun, and waits for what runs.
    task<void> leave();
    /// The same, blocking the thread.
    void leave_blocking() noexcept;

private:
    friend class map_job;
    /// What has to be done before a result can be given out.
    [[nodiscard]] future<void> next();
    void refuse_all() noexcept;
    void drop_all() noexcept;
    void forget_ready(map_job& job) noexcept;

    const duration timeout_;
    const time_point deadline_;
    const std::size_t buffer_max_;
    const std::size_t chunk_;
    const bool ordered_;
    std::size_t ahead_ = 0;   // inputs submitted, whose results were not given out
    bool closed_ = false;
    std::exception_ptr error_;   // what comes after the last result
    intrusive_list<map_job> jobs_;
    map_job* current_ = nullptr;   // of the result that was given out last

    // Where the order does not matter: the jobs that are done, and who waits for one.
    spin_lock lock_;
    intrusive_list<map_job, map_ready> ready_;      // guarded by lock_
    std::optional<promise<void>> wanted_;           // guarded by lock_
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
