// SPDX-License-Identifier: MIT
#include "http/watchdog.hpp"

#include <algorithm>

namespace troika::http {

void watchdog::start(const client_timeouts& limits, time_point total) noexcept {
    stop();
    limits_ = limits;
    total_ = total;
    quiet_ = duration::zero();
    progress_seen_ = progress_;
    first_byte_expected_ = false;
    const duration shortest = std::min(limits.first_byte, limits.stall);
    period_ = shortest == no_timeout
                  ? no_timeout
                  : std::max<duration>(shortest / 4, std::chrono::milliseconds(1));
    if (period_ == no_timeout && total == never) return;
    arm_next(home_->now());
}

void watchdog::stop() noexcept {
    if (armed()) home_->disarm(*this);
}

void watchdog::arm_next(time_point now) noexcept {
    looked_ = now;
    deadline_ = std::min(period_ == no_timeout ? never : deadline_after(now, period_), total_);
    home_->arm(*this);
}

void watchdog::expire() noexcept {
    const time_point now = home_->now();
    if (now >= total_) return time_out(client_phase::total);
    if (progress_ != progress_seen_ || !waits_for_peer())
        quiet_ = duration::zero();
    else
        quiet_ += now - looked_;
    progress_seen_ = progress_;
    if (quiet_ >= quiet_max()) return time_out(phase());
    arm_next(now);
}

}  // namespace troika::http
