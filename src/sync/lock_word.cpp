// SPDX-License-Identifier: MIT
#include <troika/sync/lock_word.hpp>

#include "os/cpu.hpp"

#include <thread>

namespace troika::impl {

std::uint64_t lock_word::lock_contended() noexcept {
    for (unsigned spins = 0;; ++spins) {
        std::uint64_t value = word_.load(std::memory_order_relaxed);
        if ((value & locked) == 0) {
            // Acquire: pairs with the release in unlock().
            if (word_.compare_exchange_weak(value, value | locked, std::memory_order_acquire,
                                            std::memory_order_relaxed))
                return value;
        } else if (spins < spins_max) {
            os::pause();
        } else {
            // The holder has lost its processor in the middle: let it have this one.
            std::this_thread::yield();
        }
    }
}

}  // namespace troika::impl
