// SPDX-License-Identifier: MIT
#include "os/signal.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace troika::os {

namespace {

sigset_t raw_set(signal_set from) noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (int number = 1; number <= 64; ++number)
        if (from.contains(number)) sigaddset(&set, number);
    return set;
}

}  // namespace

signal_set signal_set::all() noexcept {
    signal_set answer;
    answer.bits_ = ~std::uint64_t{0};
    return answer;
}

signal_block::signal_block(signal_set signals) noexcept {
    // Two numbers are the C library's own; sigaddset leaves them out.
    const sigset_t wanted = raw_set(signals);
    sigset_t old;
    ::pthread_sigmask(SIG_BLOCK, &wanted, &old);
    for (int number = 1; number <= 64; ++number)
        if (sigismember(&old, number) == 1) before_.add(number);
}

signal_block::~signal_block() {
    const sigset_t old = raw_set(before_);
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

signal_set set_blocked(signal_set signals, bool blocked) noexcept {
    const sigset_t wanted = raw_set(signals);
    sigset_t old;
    ::pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &wanted, &old);
    signal_set changed;
    for (int number = 1; number <= 64; ++number)
        if (signals.contains(number) && (sigismember(&old, number) == 1) != blocked)
            changed.add(number);
    return changed;
}

int open_signal_fd(signal_set signals) noexcept {
    const sigset_t wanted = raw_set(signals);
    const int descriptor = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    return descriptor >= 0 ? descriptor : -errno;
}

int read_signal(int descriptor) noexcept {
    signalfd_siginfo info;
    for (;;) {
        const ssize_t n = ::read(descriptor, &info, sizeof info);
        if (n == sizeof info) return static_cast<int>(info.ssi_signo);
        if (n >= 0) return -EIO;
        if (errno != EINTR) return -errno;
    }
}

int take_pending(signal_set signals) noexcept {
    const sigset_t wanted = raw_set(signals);
    const timespec at_once{};
    for (;;) {
        const int number = ::sigtimedwait(&wanted, nullptr, &at_once);
        if (number > 0) return number;
        if (errno != EINTR) return -errno;
    }
}

void die_of(int signal) noexcept {
    ::signal(signal, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    ::raise(signal);
    ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::_exit(128 + signal);   // its default is not to end a process
}

void yield_to(int signal) noexcept {
    ::raise(signal);
    set_blocked({signal}, false);   // here it is delivered
    set_blocked({signal}, true);
}

void ignore_sigpipe() noexcept { ::signal(SIGPIPE, SIG_IGN); }

std::string signal_name(int signal) {
    const char* const letters = ::sigabbrev_np(signal);
    return letters != nullptr ? std::string("SIG") + letters : "signal " + std::to_string(signal);
}

}  // namespace troika::os
