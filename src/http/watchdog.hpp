// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/timer.hpp>
#include <troika/http/client_error.hpp>
#include <troika/http/client_options.hpp>

#include <cstdint>
#include <string>

namespace troika::http {

/// Looks after an exchange: is there progress, and is there time left?
///
/// One timer for an exchange, armed once: instead of being set back at each byte, it looks four
/// times in the time that is allowed whether anything has moved.
class watchdog : public timer {
public:
    explicit watchdog(scheduler& home) noexcept : timer(never), home_(&home) {}
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    /// Begins. `total` is the deadline for everything.
    void start(const client_timeouts& limits, time_point total) noexcept;
    void stop() noexcept;
    [[nodiscard]] bool running() const noexcept { return armed(); }

    /// Something was sent or received.
    void note_progress() noexcept { ++progress_; }
    /// The request was sent; what is waited for is the first byte of the answer, or no longer.
    void expect_first_byte(bool expected) noexcept {
        first_byte_expected_ = expected;
        ++progress_;
    }
    /// How long the present wait may take without progress, and what it is.
    [[nodiscard]] duration quiet_max() const noexcept {
        return first_byte_expected_ ? limits_.first_byte : limits_.stall;
    }
    [[nodiscard]] client_phase phase() const noexcept {
        return first_byte_expected_ ? client_phase::first_byte : client_phase::stall;
    }
    [[nodiscard]] const client_timeouts& limits() const noexcept { return limits_; }

    [[nodiscard]] std::string label() const override { return "HTTP timeouts"; }

protected:
    ~watchdog() { stop(); }

    /// Whether the peer, and not this program, is waited for.
    [[nodiscard]] virtual bool waits_for_peer() const noexcept = 0;
    /// The time of `phase` is over; told once.
    virtual void time_out(client_phase phase) noexcept = 0;

private:
    abort_answer abort() noexcept override { return abort_answer::woken; }
    void expire() noexcept override;
    void arm_next(time_point now) noexcept;

    scheduler* home_;
    client_timeouts limits_;
    time_point total_ = never;
    time_point looked_ = never;
    duration period_ = no_timeout;
    duration quiet_ = duration::zero();
    std::uint64_t progress_ = 0;
    std::uint64_t progress_seen_ = 0;
    bool first_byte_expected_ = false;
};

}  // namespace troika::http
