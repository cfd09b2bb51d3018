// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/scheduler.hpp>
#include <troika/core/spin_lock.hpp>
#include <troika/core/timer.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/sync/event.hpp>

#include "loop/timer_wheel.hpp"
#include "os/thread.hpp"

#include <atomic>
#include <string>

namespace troika::impl {

/// A thread with an event loop, which serves the tasks of a pool: their timers and their I/O.
///
/// Timers are armed and disarmed by any thread under a lock; they expire on the attendant's, with
/// the lock open, so that what they do may arm, disarm and cancel.
class pool_attendant final : private posted, private timer {
public:
    /// Throws: std::system_error when there is no thread, or no poller.
    explicit pool_attendant(const std::string& name);
    ~pool_attendant();

    [[nodiscard]] event_loop& loop() noexcept { return loop_; }

    void arm(timer& alarm) noexcept;
    /// Returns: false when it has rung; expire() has returned then.
    bool disarm(timer& alarm) noexcept;

private:
    static void thread_main(void* self) noexcept;
    void run() noexcept override;                     // rings what is due, plans the next time
    void expire() noexcept override { ring(); }
    [[nodiscard]] std::string label() const override { return "timers of a pool"; }
    abort_answer abort() noexcept override { return abort_answer::woken; }
    void ring() noexcept;
    void plan() noexcept;

    event_loop loop_;
    event stop_{"end of the pool"};
    os::thread thread_;

    spin_lock lock_;
    timer_wheel wheel_;                               // guarded by lock_, as what follows
    time_point planned_ = never;                      // when the loop will ring
    std::atomic<timer*> ringing_{nullptr};
    std::atomic<bool> asked_{false};                  // run() is on its way
};

}  // namespace troika::impl
