// SPDX-License-Identifier: MIT
#include "os/first_signal.hpp"

#include "os/cpu.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace troika::os {

namespace {

// What a process does at a signal is global, and so is the way from its handler to an object. The
// handler may run on any thread.
std::atomic<first_signal*> listener{nullptr};
std::atomic<int> handlers_running{0};

static_assert(std::atomic<first_signal*>::is_always_lock_free);

}  // namespace

void first_signal::handle(int) noexcept {
    const int before = errno;
    handlers_running.fetch_add(1);
    // Sequentially consistent, as in the destructor: either it sees that we run, or we see null.
    if (first_signal* told = listener.exchange(nullptr)) told->tell_(told->argument_);
    handlers_running.fetch_sub(1);
    errno = before;
}

first_signal::first_signal(int signal, void (*tell)(void*) noexcept, void* argument) noexcept
    : signal_(signal), tell_(tell), argument_(argument) {
    struct sigaction now {};
    if (::gettid() != ::getpid() || ::sigaction(signal, nullptr, &now) != 0 ||
        now.sa_handler != SIG_DFL)
        return;
    first_signal* nobody = nullptr;
    if (!listener.compare_exchange_strong(nobody, this)) return;
    struct sigaction ours {};
    ours.sa_handler = &handle;
    // The kernel itself puts the default action back, so that a second signal does not need us.
    ours.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    sigemptyset(&ours.sa_mask);
    armed_ = ::sigaction(signal, &ours, nullptr) == 0;
    if (!armed_) listener.store(nullptr);
}

first_signal::~first_signal() {
    if (!armed_) return;
    struct sigaction now {};
    if (::sigaction(signal_, nullptr, &now) == 0 && now.sa_handler == &handle)
        ::signal(signal_, SIG_DFL);
    listener.store(nullptr);
    while (handlers_running.load() != 0) pause();   // on another thread: a few instructions
}

}  // namespace troika::os
