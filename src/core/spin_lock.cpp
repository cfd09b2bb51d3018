// SPDX-License-Identifier: MIT
#include <troika/core/spin_lock.hpp>

#include "os/cpu.hpp"

#include <thread>

namespace troika::impl {

void spin_lock::lock_contended() noexcept {
    for (unsigned spins = 0;; ++spins) {
        // Relaxed: only a look, the exchange decides.
        if (held_.load(std::memory_order_relaxed) == 0 &&
            held_.exchange(1, std::memory_order_acquire) == 0)
            return;
        if (spins < spins_max)
            os::pause();
        else
            std::this_thread::yield();
    }
}

}  // namespace troika::impl
