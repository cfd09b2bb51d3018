// SPDX-License-Identifier: MIT
#include "os/clock.hpp"

#include <thread>

#include <time.h>

namespace troika::os {

std::chrono::sys_time<std::chrono::nanoseconds> wall_time() noexcept {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

std::chrono::steady_clock::time_point steady_time() noexcept {
    return std::chrono::steady_clock::now();
}

std::chrono::steady_clock::time_point coarse_steady_time() noexcept {
    timespec now;
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return std::chrono::steady_clock::time_point(std::chrono::seconds(now.tv_sec) +
                                                 std::chrono::nanoseconds(now.tv_nsec));
}

void sleep_for(std::chrono::nanoseconds length) noexcept {
    std::this_thread::sleep_for(length);
}

}  // namespace troika::os
