// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/suspension.hpp>

namespace troika {

/// Something that a scheduler does at a deadline: a sleep, or the deadline of a scope.
///
/// It is a suspension as well, because nearly every timer is a task that sleeps, and then one
/// object of 40 bytes serves both. A scheduler keeps its timers by these links and allocates
/// nothing.
class timer : public suspension {
public:
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }
    /// Whether a scheduler holds it.
    [[nodiscard]] bool armed() const noexcept { return next_ != nullptr; }

protected:
    explicit timer(time_point deadline) noexcept : deadline_(deadline) {}
    timer(timer&& other) noexcept : suspension(std::move(other)), deadline_(other.deadline_) {
        check(!other.armed(), "an armed timer moved");
    }
    ~timer() = default;

    time_point deadline_;

private:
    friend class timer_wheel;
    friend struct timer_list;

    /// The deadline has passed; the timer is no longer armed.
    virtual void expire() noexcept = 0;

    timer* previous_ = nullptr;
    timer* next_ = nullptr;
};

}  // namespace troika
