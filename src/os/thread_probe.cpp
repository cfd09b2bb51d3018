// SPDX-License-Identifier: MIT
#include "os/thread_probe.hpp"

#include "os/futex.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <new>

#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

namespace troika::os {

namespace {

constexpr int probe_signal = SIGURG;

/// The probe that goes on.
struct probe {
    enum : std::uint32_t { idle, asked, looking, done };

    std::mutex one_at_a_time;
    std::atomic<std::uint32_t> state{idle};
    std::atomic<int> thread{0};
    void (*look)(void*) noexcept = nullptr;
    void* argument = nullptr;

    static probe& shared() noexcept {
        alignas(probe) static std::byte storage[sizeof(probe)];
        static probe* const instance = new (storage) probe;
        return *instance;
    }
};

void on_probe(int) noexcept {
    const int error = errno;
    probe& one = probe::shared();
    std::uint32_t expected = probe::asked;
    // Late, or sent by somebody else: nobody asks.
    if (one.thread.load(std::memory_order_acquire) == ::gettid() &&
        one.state.compare_exchange_strong(expected, probe::looking, std::memory_order_acq_rel)) {
        one.look(one.argument);
        one.state.store(probe::done, std::memory_order_release);
        futex_wake(one.state);
    }
    errno = error;
}

/// Returns: false when the signal is somebody else's.
bool install() noexcept {
    struct sigaction now{};
    if (::sigaction(probe_signal, nullptr, &now) < 0) return false;
    if ((now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == &on_probe) return true;
    if ((now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != SIG_DFL) return false;
    struct sigaction ours{};
    ours.sa_handler = &on_probe;
    ours.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigemptyset(&ours.sa_mask);
    return ::sigaction(probe_signal, &ours, nullptr) == 0;
}

struct walk {
    const void** into;
    std::size_t room;
    std::size_t count;
};

_Unwind_Reason_Code visit(_Unwind_Context* frame, void* argument) noexcept {
    walk& done = *static_cast<walk*>(argument);
    const auto place = _Unwind_GetIP(frame);
    // Nobody has called the function with which a thread begins.
    if (place == 0 || done.count == done.room) return _URC_END_OF_STACK;
    done.into[done.count++] = reinterpret_cast<const void*>(place);
    return _URC_NO_REASON;
}

}  // namespace

int probe_thread(int thread, void (*look)(void* argument) noexcept, void* argument) noexcept {
    using namespace std::chrono_literals;
    probe& one = probe::shared();
    const std::scoped_lock here(one.one_at_a_time);
    if (!install()) return -EBUSY;
    one.look = look;
    one.argument = argument;
    one.thread.store(thread, std::memory_order_release);
    one.state.store(probe::asked, std::memory_order_release);
    if (::syscall(SYS_tgkill, ::getpid(), thread, probe_signal) < 0) {
        const int error = errno;
        one.state.store(probe::idle, std::memory_order_relaxed);
        return -error;
    }
    const auto deadline = std::chrono::steady_clock::now() + 1s;
    for (;;) {
        const std::uint32_t now = one.state.load(std::memory_order_acquire);
        if (now == probe::done) break;
        if (futex_wait(one.state, now, deadline) || now == probe::looking) continue;
        std::uint32_t expected = probe::asked;
        if (one.state.compare_exchange_strong(expected, probe::idle, std::memory_order_acq_rel))
            return -ETIMEDOUT;
    }
    one.state.store(probe::idle, std::memory_order_relaxed);
    return 0;
}

std::size_t calls_in_progress(const void** into, std::size_t count) noexcept {
    walk done{into, count, 0};
    _Unwind_Backtrace(&visit, &done);
    return done.count;
}

}  // namespace troika::os
