// SPDX-License-Identifier: MIT
#include "lab/gil.hpp"

#include "os/clock.hpp"

namespace troika::lab {

gil::taking gil::take(std::uint32_t thread) {
    std::unique_lock here(mutex_);
    taking seen;
    seen.waited = locked_;
    while (locked_) {
        const std::uint64_t before = switches_;
        const bool passed = free_.wait_for(here, interval_) == std::cv_status::timeout;
        // A hand-over to somebody else meanwhile begins a new interval.
        if (passed && locked_ && switches_ == before) {
            if (!requested_.exchange(true, std::memory_order_relaxed)) ++requests_;
        }
    }
    locked_ = true;
    seen.before = last_;
    seen.let_go = let_go_at_;
    if (last_ != thread) {
        last_ = thread;
        ++switches_;
    }
    requested_.store(false, std::memory_order_relaxed);
    here.unlock();
    switched_.notify_all();   // the one that was made to let go
    return seen;
}

time_point gil::let_go(std::uint32_t thread) {
    std::unique_lock here(mutex_);
    locked_ = false;
    const time_point now = let_go_at_ = os::steady_time();
    free_.notify_one();
    // Without this the holder would take it again before the other is awake.
    if (requested_.load(std::memory_order_relaxed))
        switched_.wait(here, [&] { return last_ != thread; });
    return now;
}

std::uint64_t gil::switches() const {
    const std::scoped_lock here(mutex_);
    return switches_;
}

std::uint64_t gil::requests() const {
    const std::scoped_lock here(mutex_);
    return requests_;
}

}  // namespace troika::lab
