// SPDX-License-Identifier: MIT
#pragma once

#include "os/clock.hpp"
#include "os/cpu.hpp"

#include <chrono>
#include <thread>

namespace troika::os {

/// Looks again and again whether `there()`, for about as long as falling asleep and being woken
/// would take; only once where there is one processor, which somebody else needs.
/// Returns: whether it is.
template <class F>
bool spin_until(F there) noexcept {
    static const bool alone = std::thread::hardware_concurrency() < 2;
    if (there()) return true;
    if (alone) return false;
    constexpr auto patience = std::chrono::microseconds(50);
    constexpr int looks_per_clock = 32;
    const auto until = steady_time() + patience;
    do {
        for (int i = 0; i < looks_per_clock; ++i) {
            if (there()) return true;
            pause();
        }
    } while (steady_time() < until);
    return false;
}

}  // namespace troika::os
