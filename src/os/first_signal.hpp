// SPDX-License-Identifier: MIT
#pragma once

namespace troika::os {

/// Is told of the first signal of a kind, as long as it lives; the second has the default action,
/// even if nobody has had the time to act on the first.
///
/// Does nothing where another answer to the signal is in place: a handler, SIG_IGN, or another
/// object of this class. A thread that blocks the signal, to take it in its own way, blocks it for
/// this one too.
/// Thread: the process's first, as Python has it; on others it does nothing.
class first_signal {
public:
    /// `tell(argument)` runs in a signal handler: it may only use lock-free atomics and system
    /// calls.
    first_signal(int signal, void (*tell)(void* argument) noexcept, void* argument) noexcept;
    first_signal(const first_signal&) = delete;
    first_signal& operator=(const first_signal&) = delete;
    /// Afterwards `tell` neither runs nor will run; the default action is back in place.
    ~first_signal();

    /// Whether it is the answer to the signal.
    [[nodiscard]] bool armed() const noexcept { return armed_; }

private:
    static void handle(int signal) noexcept;

    const int signal_;
    void (*const tell_)(void*) noexcept;
    void* const argument_;
    bool armed_ = false;
};

}  // namespace troika::os
