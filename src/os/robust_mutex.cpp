// SPDX-License-Identifier: MIT
#include "os/robust_mutex.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace troika::os {

robust_mutex::robust_mutex() {
    pthread_mutexattr_t attributes;
    int error = ::pthread_mutexattr_init(&attributes);
    if (error == 0) error = ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0) error = ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (error == 0) error = ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    if (error != 0) throw_error(error, "make a lock for several processes");
}

bool robust_mutex::lock(std::chrono::steady_clock::time_point deadline) {
    using namespace std::chrono;
    int error = 0;
    if (deadline == steady_clock::time_point::max()) {
        error = ::pthread_mutex_lock(&mutex_);
    } else {
        const auto since = std::max(deadline.time_since_epoch(), steady_clock::duration{});
        const auto whole = duration_cast<seconds>(since);
        timespec until{};
        until.tv_sec = static_cast<std::time_t>(whole.count());
        until.tv_nsec = static_cast<long>(duration_cast<nanoseconds>(since - whole).count());
        error = ::pthread_mutex_clocklock(&mutex_, CLOCK_MONOTONIC, &until);
    }
    if (error == EOWNERDEAD) error = ::pthread_mutex_consistent(&mutex_);
    if (error == ETIMEDOUT) return false;
    if (error != 0) throw_error(error, "take a lock of several processes");
    return true;
}

void robust_mutex::unlock() noexcept { ::pthread_mutex_unlock(&mutex_); }

}  // namespace troika::os
