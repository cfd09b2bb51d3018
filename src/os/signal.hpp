// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace troika::os {

/// A set of signal numbers (1 to 64), one bit each.
class signal_set {
public:
    signal_set() noexcept = default;
    signal_set(std::initializer_list<int> numbers) noexcept {
        for (int number : numbers) add(number);
    }
    static signal_set all() noexcept;

    /// Numbers outside 1..64 are ignored.
    void add(int number) noexcept {
        if (number >= 1 && number <= 64) bits_ |= std::uint64_t{1} << (number - 1);
    }
    [[nodiscard]] bool contains(int number) const noexcept {
        return number >= 1 && number <= 64 && (bits_ >> (number - 1) & 1) != 0;
    }
    [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] std::uint64_t bits() const noexcept { return bits_; }
    bool operator==(const signal_set&) const noexcept = default;

private:
    friend class signal_block;
    std::uint64_t bits_ = 0;
};

/// Blocks `signals` in the calling thread as long as it lives, then restores the mask that was.
///
/// Threads started meanwhile inherit the mask. Thread: constructed and destroyed on one thread.
class signal_block {
public:
    explicit signal_block(signal_set signals) noexcept;
    signal_block(const signal_block&) = delete;
    signal_block& operator=(const signal_block&) = delete;
    ~signal_block();

    /// What the thread blocked before.
    [[nodiscard]] signal_set before() const noexcept { return before_; }

private:
    signal_set before_;
};

/// Blocks or unblocks `signals` in the calling thread. Returns: those that were not so before.
signal_set set_blocked(signal_set signals, bool blocked) noexcept;

/// A descriptor that is readable while one of `signals` is pending; they must be blocked in every
/// thread of the process. Returns: the descriptor (close-on-exec, non-blocking) or -errno.
int open_signal_fd(signal_set signals) noexcept;

/// Takes one pending signal from a signal descriptor. Returns: its number; -EAGAIN when there is
/// none.
int read_signal(int descriptor) noexcept;

/// Takes one pending signal of `signals`, which are blocked. Returns: its number; -EAGAIN for none.
int take_pending(signal_set signals) noexcept;

/// Restores the default disposition of `signal` and ends the process by it, so that the parent sees
/// the true cause.
[[noreturn]] void die_of(int signal) noexcept;

/// Lets `signal`, which the calling thread blocks, do what it does to this process: stop it, as
/// SIGTSTP does, or end it. Returns: when the process goes on; the signal is blocked again.
void yield_to(int signal) noexcept;

/// Ignores SIGPIPE in this process (for programs, never for a library). Children inherit it.
void ignore_sigpipe() noexcept;

/// "SIGINT" and so on; "signal 35" for one that has no name.
std::string signal_name(int signal);

}  // namespace troika::os
