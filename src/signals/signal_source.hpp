// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/event_loop.hpp>

#include "os/signal.hpp"

#include <array>
#include <string>

namespace troika::impl {

/// Which signals are blocked in a loop's thread because somebody waits for them, and how often.
class signal_mask final : public loop_service {
public:
    explicit signal_mask(event_loop&) noexcept {}

    void add(os::signal_set signals) noexcept;
    void remove(os::signal_set signals) noexcept;

private:
    std::array<unsigned, 65> users_{};   // by number
    os::signal_set ours_;                // were not blocked before
};

/// A descriptor that becomes readable with a signal, and its share in the mask.
class signal_source {
public:
    /// Throws: std::system_error.
    signal_source(event_loop& loop, os::signal_set which);
    signal_source(const signal_source&) = delete;
    signal_source& operator=(const signal_source&) = delete;
    ~signal_source();

    [[nodiscard]] event_loop& loop() const noexcept { return loop_; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// "SIGINT or SIGTERM".
    [[nodiscard]] std::string names() const;

private:
    event_loop& loop_;
    const os::signal_set which_;
    int descriptor_ = -1;
};

}  // namespace troika::impl
