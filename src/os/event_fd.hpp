// SPDX-License-Identifier: MIT
#pragma once

#include "os/fd.hpp"

namespace troika::os {

/// Rings a bell of another process, by its descriptor. As event_fd::signal().
void signal_event(int descriptor) noexcept;

/// A counter that can be polled; the bell by which threads wake a loop.
///
/// Throws (constructor): std::system_error.
class event_fd {
public:
    event_fd();

    /// Thread: any; safe in a signal handler; errno is kept.
    void signal() const noexcept;

    /// Sets the counter to zero. Returns: whether it was above zero.
    bool drain() const noexcept;

    [[nodiscard]] int descriptor() const noexcept { return fd_.get(); }

private:
    fd fd_;
};

}  // namespace troika::os
