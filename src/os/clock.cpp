// SPDX-License-Identifier: MIT
#include "os/clock.hpp"

#include <thread>

namespace troika::os {

std::chrono::sys_time<std::chrono::nanoseconds> wall_time() noexcept {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

std::chrono::steady_clock::time_point steady_time() noexcept {
    return std::chrono::steady_clock::now();
}

void sleep_for(std::chrono::nanoseconds length) noexcept {
    std::this_thread::sleep_for(length);
}

}  // namespace troika::os
