// SPDX-License-Identifier: MIT
#include "os/clock.hpp"

namespace troika::os {

std::chrono::sys_time<std::chrono::nanoseconds> wall_time() noexcept {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

}  // namespace troika::os
